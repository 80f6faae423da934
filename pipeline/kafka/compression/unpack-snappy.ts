import { UNPACKED_BYTES_MAX } from './unpacked-bytes-max.ts'

/** How Java's streams begin; after it come two version numbers, and blocks with their lengths. */
const STREAM_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const STREAM_HEADER_BYTES = 16

/** Unpacks a batch of records: one block as most clients write it, or a stream of them as Java does. */
export async function unpackSnappy(packed: Buffer): Promise<Buffer> {
  const isStream = packed.subarray(0, STREAM_MAGIC.length).equals(STREAM_MAGIC)
  const blocks = isStream ? blocksOf(packed.subarray(STREAM_HEADER_BYTES)) : [packed]
  const bytes = blocks.reduce((sum, block) => sum + lengthOf(block), 0)
  if (bytes > UNPACKED_BYTES_MAX) throw new Error(`the batch unpacks to ${bytes} bytes, which is too much`)
  // Loaded by those alone whose topics need it, since it is a native library.
  const { uncompress } = await import('snappy')
  const unpacked: Buffer[] = []
  for (const block of blocks) {
    const part = await uncompress(block)
    unpacked.push(typeof part === 'string' ? Buffer.from(part) : part)
  }
  return Buffer.concat(unpacked)
}

function blocksOf(stream: Buffer): readonly Buffer[] {
  const blocks: Buffer[] = []
  for (let at = 0; at < stream.length;) {
    const from = at + 4
    at = from + stream.readUInt32BE(at)
    if (at > stream.length) throw new Error('the snappy stream is cut off')
    blocks.push(stream.subarray(from, at))
  }
  return blocks
}

/** A block begins with what it unpacks to, seven bits a byte, the lowest first. */
function lengthOf(block: Buffer): number {
  let length = 0
  for (let at = 0; at < 5; at++) {
    const byte = block[at] ?? 0
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return length
  }
  throw new Error('the snappy block has no length')
}
