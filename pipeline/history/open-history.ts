import type { Logger } from 'pino'
import type { Config } from '../../schemas/config.ts'
import type { HttpRoute } from '../http/http-route.ts'
import { followTopic, type TopicEnds } from '../kafka/reading/follow-topic.ts'
import { KafkaTopicLog } from '../kafka/reading/kafka-topic-log.ts'
import { topicsOf } from '../topics-of.ts'
import { DecisionFeed, type FollowedFrom } from './decision-feed.ts'
import { historyRoutes } from './history-routes.ts'
import { streamRoutes } from './stream-routes.ts'

export interface OpenHistory {
  readonly routes: readonly HttpRoute[]
  /** Ends the streams, and everything that reads; connections to Kafka that do not close hold up nobody. */
  close(): Promise<void>
}

const ring = { ofRuleMax: 100, decisionsMax: 20_000, bytesMax: 32 * 1024 * 1024 }
const streams = { waitingMax: 1000, waitingCharactersMax: 1024 * 1024, heartbeatMs: 15_000 }
const CLIENTS_MAX = 32
/** What is in memory from the start: decisions this old, and so many offsets of a partition. */
const REMEMBERED_MS = 3600_000
const REMEMBERED_OFFSETS_MAX = 5000

/** The history of rules and the stream of decisions, from the decisions topic of the deployment; follows it until it is closed. */
export function openHistory({
  config,
  log,
}: {
  readonly config: Config['kafka']
  readonly log: Logger
}): OpenHistory {
  const topic = topicsOf(config.topic_prefix).decisions
  const partitions = 2 * config.partitions
  const feed = new DecisionFeed(ring)
  const topicLog = new KafkaTopicLog(config, topic)
  const sinceMs = Date.now() - REMEMBERED_MS
  const followed = followTopic({
    config,
    topic,
    sinceMs,
    open: found => {
      const from = followedFrom(found, sinceMs)
      feed.open(from)
      return from.map(({ offset }) => offset)
    },
    take: (partition, slice) => {
      feed.take(partition, slice)
    },
    onTrouble: problem => {
      if (problem === null) log.info({ topic }, 'decisions are followed')
      else log.warn({ topic, problem }, 'decisions cannot be followed, trying again')
    },
  })
  const stream = streamRoutes({ feed, log: topicLog, partitions, clientsMax: CLIENTS_MAX, bounds: streams })
  return {
    routes: [...historyRoutes({ feed, log: topicLog, partitions }), ...stream.routes],
    close: async () => {
      await stream.close()
      followed.stop()
      void topicLog.close().catch(() => undefined)
    },
  }
}

function followedFrom({ begins, ends, since }: TopicEnds, sinceMs: number): readonly FollowedFrom[] {
  return ends.map((end, partition) => {
    const recent = Math.min(end, since[partition] ?? end)
    const offset = Math.max(recent, end - REMEMBERED_OFFSETS_MAX)
    return { offset, end, begin: begins[partition] ?? 0, beforeMs: offset === recent ? sinceMs : Infinity }
  })
}
