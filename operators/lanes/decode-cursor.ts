import { encodeCursor } from './encode-cursor.ts'

/** The cursor of a commit's metadata; null when it is missing, foreign or damaged: then the whole journal is read. */
export function decodeCursor(metadata: string): number | null {
  const text = metadata.replace(/\0+$/, '')
  const digits = text.split(';')[1]
  if (digits === undefined || !/^\d{1,15}$/.test(digits)) return null
  const cursor = Number(digits)
  return text === encodeCursor(cursor) ? cursor : null
}
