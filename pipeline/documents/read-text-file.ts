import { closeSync, openSync, readSync } from 'node:fs'
import type { Problem } from './problem.ts'

/** Most bytes of one file that people write by hand. */
export const TEXT_FILE_BYTES_MAX = 1_048_576

export type TextFile =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: Problem }

/** Reads a small UTF-8 file whole; what cannot be read is a problem that says why. */
export function readTextFile(path: string, shownAs: string): TextFile {
  const refuse = (message: string): TextFile => ({
    ok: false,
    problem: { code: 'unreadable', file: shownAs, path: '', message },
  })
  try {
    const bytes = readBounded(path)
    if (bytes.length > TEXT_FILE_BYTES_MAX) return refuse(`larger than ${TEXT_FILE_BYTES_MAX} bytes`)
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    return refuse(reasonOf(error))
  }
}

/** One byte more than allowed shows that the file is too large; a size read beforehand would not for a pipe. */
function readBounded(path: string): Buffer {
  const descriptor = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(TEXT_FILE_BYTES_MAX + 1)
    let length = 0
    for (;;) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null)
      length += count
      if (count === 0 || length === buffer.length) return buffer.subarray(0, length)
    }
  } finally {
    closeSync(descriptor)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission to read it is missing',
  EISDIR: 'it is a folder, a file is needed',
  ENOTDIR: 'there is no such file',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'not UTF-8 text',
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (code === undefined) throw error
  return reasons[code] ?? `cannot be read (${code})`
}
