const FORMAT = '1'

/** The metadata of a commit. */
export function encodeCursor(cursor: number): string {
  const text = `${FORMAT};${cursor}`
  return `${text};${crc32(text)}`
}

function crc32(text: string): string {
  let crc = 0xffffffff
  for (const byte of Buffer.from(text)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0')
}
