/** Which versions of a rule a change is meant for. */
export type IfMatch = 'any' | ReadonlySet<string>

const TAG = /^(W\/)?"[\x21\x23-\x7E]*"$/

/** Reads `If-Match`: entity tags such as `"3"`, or `*`; null where it is neither. A weak tag fits no version. */
export function ifMatch(header: string | undefined): IfMatch | null {
  if (header === undefined || header.trim() === '*') return 'any'
  const tags = header.split(',').map(tag => tag.trim())
  return tags.every(tag => TAG.test(tag)) ? new Set(tags) : null
}
