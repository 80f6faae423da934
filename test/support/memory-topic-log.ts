import type { LogSpan, TopicLog } from '../../pipeline/history/topic-log.ts'
import type { MemoryLog } from '../../pipeline/memory/memory-log.ts'

export interface MemoryTopicLogOptions {
  readonly log: Pick<MemoryLog, 'records'>
  readonly topic: string
  readonly partitions: number
  /** Records of one slice. */
  readonly sliceMax?: number
}

/** A topic of the in-memory log, and what was read of it. */
export function memoryTopicLog(options: MemoryTopicLogOptions): TopicLog & { readonly reads: LogSpan[] } {
  const { log, topic, partitions, sliceMax = 100 } = options
  const all = <T>(of: (partition: number) => T): Promise<readonly T[]> =>
    Promise.resolve(Array.from({ length: partitions }, (_, partition) => of(partition)))
  const reads: LogSpan[] = []
  return {
    reads,
    begins: () => all(() => 0),
    ends: () => all(partition => log.records(topic, partition).length),
    since: timeMs =>
      all(partition => {
        const records = log.records(topic, partition)
        const found = records.findIndex(({ timestampMs }) => timestampMs >= timeMs)
        return found < 0 ? records.length : found
      }),
    async *read(span) {
      reads.push(span)
      for (let from = span.from; from < span.to; from += sliceMax) {
        const nextOffset = Math.min(from + sliceMax, span.to)
        yield { records: log.records(topic, span.partition).slice(from, nextOffset), nextOffset }
        await Promise.resolve()
      }
    },
  }
}
