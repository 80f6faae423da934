import type { LogRecord } from '../../operators/lanes/lane.ts'
import type { Config } from '../../schemas/config.ts'
import { followTopic } from '../kafka/reading/follow-topic.ts'
import { ArrivalMerge } from './arrival-merge.ts'
import { Bell } from './bell.ts'

export interface TailTopicOptions {
  readonly config: Config['kafka']
  readonly topic: string
  /** From this time on, epoch milliseconds; only what is new where it is absent. */
  readonly fromMs?: number | undefined
  /** It cannot be read; null when it can again. */
  readonly onTrouble: (problem: string | null) => void
  readonly stopping: AbortSignal
}

const bounds = { recordsMax: 1000, bytesMax: 1024 * 1024 }
/** A partition that brings nothing holds up the others no longer than this. */
const PATIENCE_MS = 2000

/** The committed records of all partitions of a topic, in the order of their times within reason, until it is told to stop. */
export async function* tailTopic(options: TailTopicOptions): AsyncGenerator<LogRecord> {
  const { config, topic, fromMs, onTrouble, stopping } = options
  const merge = new ArrivalMerge(bounds)
  const bell = new Bell()
  stopping.addEventListener('abort', () => bell.ring(), { once: true })
  const followed = followTopic({
    config,
    topic,
    sinceMs: fromMs ?? Date.now(),
    open: ({ ends, since }) => {
      merge.open(ends.length)
      return fromMs === undefined ? ends : since
    },
    take: (partition, { records, nextOffset, lastStableOffset }) => {
      merge.add(partition, records, nextOffset >= lastStableOffset)
      bell.ring()
    },
    wants: partition => merge.wants(partition),
    onTrouble,
  })
  try {
    while (!stopping.aborted) {
      const record = merge.next() ?? ((await bell.rings(PATIENCE_MS)) ? undefined : merge.oldest())
      if (record !== undefined) yield record
    }
  } finally {
    followed.stop()
  }
}
