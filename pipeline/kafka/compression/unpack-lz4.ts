import { UNPACKED_BYTES_MAX } from './unpacked-bytes-max.ts'

/** Unpacks a batch of records, which is one frame. */
export async function unpackLz4(frame: Buffer): Promise<Buffer> {
  const bytes = mostBytesOf(frame)
  if (bytes > UNPACKED_BYTES_MAX) throw new Error(`the batch may unpack to ${bytes} bytes, which is too much`)
  // Loaded by those alone whose topics need it, since it is a native library.
  const { decompressFrame } = await import('lz4-napi')
  return decompressFrame(frame)
}

/** What its blocks unpack to at most, from its header and theirs: the library has no bound of its own. */
function mostBytesOf(frame: Buffer): number {
  const [flags = 0, sizes = 0] = frame.subarray(4, 6)
  const hasBlockChecksums = (flags & 0x10) !== 0
  const hasSize = (flags & 0x08) !== 0
  // 4 to 7 stand for 64 KiB, 256 KiB, 1 MiB and 4 MiB.
  const blockBytesMax = 2 ** (8 + 2 * ((sizes >> 4) & 0x07))
  let blocks = 0
  for (let at = hasSize ? 15 : 7; at + 4 <= frame.length; blocks++) {
    const size = frame.readUInt32LE(at) & 0x7fffffff
    if (size === 0) break
    at += 4 + size + (hasBlockChecksums ? 4 : 0)
  }
  return blocks * blockBytesMax
}
