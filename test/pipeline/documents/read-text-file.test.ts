import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTextFile, TEXT_FILE_BYTES_MAX } from '../../../pipeline/documents/read-text-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('reads a file of exactly the largest size and refuses one byte more', () => {
  const folder = temporaryFolder({
    fits: 'x'.repeat(TEXT_FILE_BYTES_MAX),
    large: 'x'.repeat(TEXT_FILE_BYTES_MAX + 1),
  })
  expect(readTextFile(join(folder, 'fits'), 'fits')).toEqual({
    ok: true,
    text: 'x'.repeat(TEXT_FILE_BYTES_MAX),
  })
  expect(readTextFile(join(folder, 'large'), 'large')).toMatchObject({
    ok: false,
    problem: { code: 'unreadable', file: 'large', message: expect.stringContaining('larger than') },
  })
})

test('refuses what is not UTF-8, a folder, and what is not there', () => {
  const folder = temporaryFolder({ latin: Buffer.from([0x61, 0xe9, 0x62]) })
  const messageOf = (name: string) => {
    const read = readTextFile(join(folder, name), name)
    return read.ok ? undefined : read.problem.message
  }
  expect(messageOf('latin')).toBe('not UTF-8 text')
  expect(messageOf('.')).toBe('it is a folder, a file is needed')
  expect(messageOf('nowhere')).toBe('there is no such file')
})

test('leaves out a byte order mark', () => {
  const folder = temporaryFolder({ bom: '\u{FEFF}a: 1' })
  expect(readTextFile(join(folder, 'bom'), 'bom')).toEqual({ ok: true, text: 'a: 1' })
})
