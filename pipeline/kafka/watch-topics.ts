import { defer, expand, map, type Observable, retry, type SchedulerLike, timer } from 'rxjs'
import { concatMap } from 'rxjs'
import type { Config } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { checkTopics, type TopicDifference } from './check-topics.ts'
import { kafkaClient } from './kafka-client.ts'
import { topicPlan } from './topic-plan.ts'

export interface WatchTopicsOptions {
  readonly config: Pick<Config, 'kafka' | 'sources'>
  readonly clock: SchedulerLike
  /** Kafka could not be asked; it is asked again. */
  readonly onUnreachable: (problem: string) => void
}

const RETRY_MS = 2000
const EVERY_MS = 60_000

/**
 * Looks at the topics of the deployment now and once a minute.
 *
 * Shape:  endless; each emission is what differs without harm. The first one means that all is there.
 * Time:   while Kafka cannot be reached, every 2 s.
 * Errors: `topic_missing` and `topic_mismatch`, with every difference and its fix.
 */
export function watchTopics(options: WatchTopicsOptions): Observable<readonly TopicDifference[]> {
  const { clock } = options
  const look$ = defer(() => differences(options)).pipe(
    retry({
      delay: (error: unknown) => {
        if (error instanceof TypeError) throw error
        const { brokers } = options.config.kafka
        const reason = error instanceof Error ? error.message : String(error)
        options.onUnreachable(`Kafka cannot be reached at ${brokers.join(', ')}: ${reason}`)
        return timer(RETRY_MS, clock)
      },
    }),
    map(judge),
  )
  return look$.pipe(expand(() => timer(EVERY_MS, clock).pipe(concatMap(() => look$)), 1))
}

async function differences({ config }: WatchTopicsOptions): Promise<readonly TopicDifference[]> {
  const admin = kafkaClient(config.kafka, 'producer').admin()
  try {
    await admin.connect()
    const sources = config.sources.map(({ topic }) => topic)
    return await checkTopics({ admin, plan: topicPlan(config.kafka), sources })
  } finally {
    await admin.disconnect()
  }
}

function judge(found: readonly TopicDifference[]): readonly TopicDifference[] {
  const harmful = found.filter(({ tolerable }) => !tolerable)
  if (harmful.length === 0) return found
  throw new PipelineError(
    harmful.some(({ missing }) => missing) ? 'topic_missing' : 'topic_mismatch',
    harmful.map(({ message }) => message).join('\n'),
  )
}
