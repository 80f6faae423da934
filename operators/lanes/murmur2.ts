const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24

/** The hash that Kafka's own Java clients use for keys, over the bytes, those of text in UTF-8. */
export function murmur2(key: string | Buffer): number {
  const data = Buffer.from(key)
  const { length } = data
  let h = SEED ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) h = Math.imul(h, M) ^ scramble(data.readInt32LE(at))
  if (length - at >= 3) h ^= (data[at + 2] ?? 0) << 16
  if (length - at >= 2) h ^= (data[at + 1] ?? 0) << 8
  if (length - at >= 1) h = Math.imul(h ^ (data[at] ?? 0), M)
  h = Math.imul(h ^ (h >>> 13), M)
  return h ^ (h >>> 15)
}

function scramble(word: number): number {
  const k = Math.imul(word, M)
  return Math.imul(k ^ (k >>> R), M)
}
