import type { LogSlice, TopicLog } from './topic-log.ts'

/**
 * What lies between two positions of each partition: a slice at a time, of the partition that is furthest behind in time.
 * A position at or behind its goal, and one of a partition that the goal has not got, leaves nothing to read.
 */
export async function* readMissed(
  log: TopicLog,
  from: readonly number[],
  goal: readonly number[],
): AsyncGenerator<LogSlice & { readonly partition: number }> {
  const parts = goal.flatMap((to, partition) => {
    const start = from[partition] ?? to
    return start >= to
      ? []
      : [{ partition, slices: log.read({ partition, from: start, to }), reachedMs: -Infinity }]
  })
  while (parts.length > 0) {
    const part = parts.reduce((first, other) => (other.reachedMs < first.reachedMs ? other : first))
    const next = await part.slices.next()
    if (next.done === true) {
      parts.splice(parts.indexOf(part), 1)
      continue
    }
    part.reachedMs = next.value.records.at(-1)?.timestampMs ?? part.reachedMs
    yield { ...next.value, partition: part.partition }
  }
}
