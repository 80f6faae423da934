import type { OutputRecord } from '../../../operators/lanes/lane.ts'

/** kafkajs makes one batch of a send, and brokers limit batches: below the default limit with room for other settings. */
const CHUNK_BYTES_MAX = 512 * 1024
// Lengths, offset and timestamp deltas, attributes: at most this much for a record, in the worst encoding.
const RECORD_OVERHEAD_BYTES = 40
const HEADER_OVERHEAD_BYTES = 10

/** Groups records by their partition and cuts each group by size; one chunk is one send. Order in a partition is kept. */
export function cutRecords(records: readonly OutputRecord[]): OutputRecord[][] {
  const chunks: OutputRecord[][] = []
  const open = new Map<string, { chunk: OutputRecord[]; bytes: number }>()
  for (const record of records) {
    const key = `${record.topic}/${record.partition}`
    const bytes = bytesOf(record)
    const current = open.get(key)
    if (current !== undefined && current.bytes + bytes <= CHUNK_BYTES_MAX) {
      current.chunk.push(record)
      current.bytes += bytes
      continue
    }
    const chunk = [record]
    chunks.push(chunk)
    open.set(key, { chunk, bytes })
  }
  return chunks
}

function bytesOf({ key, value, headers = {} }: OutputRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + lengthOf(key) + lengthOf(value)
  for (const [name, values] of Object.entries(headers)) {
    for (const one of [values].flat()) bytes += HEADER_OVERHEAD_BYTES + lengthOf(name) + lengthOf(one ?? null)
  }
  return bytes
}

function lengthOf(content: Buffer | string | null): number {
  if (content === null) return 0
  return typeof content === 'string' ? Buffer.byteLength(content) : content.length
}
