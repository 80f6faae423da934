import { type Consumer, Kafka, logLevel, type Producer, Partitioners } from 'kafkajs'
import { defer, from, type Observable, switchMap } from 'rxjs'
import type { CommitReceipt, Lane, LaneTransaction, RunLanes } from '../../operators/lanes/lane.ts'
import { writtenHeaders } from '../../pipeline/kafka/written-headers.ts'

/**
 * Lanes that commit as most consumers do: records by an idempotent producer, then the offset, without a transaction.
 *
 * Only the benchmark runs it: what dies between the two is written again by the next owner. The offsets go to groups of
 * their own, whose one member fetches nothing, since the stage's group is joined by other means.
 */
export function plainLanes(runLanes: RunLanes, brokers: readonly string[]): RunLanes {
  return (subscription, chain) =>
    defer(() => from(connect(brokers, plainGroup(subscription.groupId), subscription.topics))).pipe(
      switchMap(link =>
        runLanes(subscription, lane => chain({ ...lane, commit: commitPlainly(lane, link, subscription) })),
      ),
    )
}

/** The group that holds the offsets of a stage that commits plainly. */
export function plainGroup(groupId: string): string {
  return `${groupId}.plain`
}

interface Link {
  readonly producer: Producer
  readonly consumer: Consumer
}

async function connect(
  brokers: readonly string[],
  groupId: string,
  topics: readonly { readonly topic: string }[],
): Promise<Link> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 5,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  const consumer = kafka.consumer({ groupId })
  const joined = new Promise<void>(resolve => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      resolve()
    })
  })
  await Promise.all([producer.connect(), consumer.connect()])
  await consumer.subscribe({ topics: topics.map(({ topic }) => topic) })
  await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() })
  consumer.pause(topics.map(({ topic }) => ({ topic })))
  await joined
  return { producer, consumer }
}

function commitPlainly(
  { topic, partition }: Lane,
  { producer, consumer }: Link,
  { journalTopic }: { readonly journalTopic?: string },
) {
  let journalEnd = 0
  return ({ offset, metadata, records }: LaneTransaction): Observable<CommitReceipt> =>
    defer(async () => {
      if (records.length > 0) {
        const answers = await producer.sendBatch({ acks: -1, topicMessages: topicMessages(records) })
        for (const { topicName, partition: at, baseOffset } of answers) {
          if (topicName === journalTopic && at === partition) journalEnd = Number(baseOffset) + 1
        }
      }
      await consumer.commitOffsets([{ topic, partition, offset: `${offset}`, metadata }])
      return { journalEnd: journalTopic === undefined ? null : journalEnd }
    })
}

function topicMessages(records: LaneTransaction['records']) {
  const byTopic = Map.groupBy(records, record => record.topic)
  return [...byTopic].map(([topic, of]) => ({
    topic,
    messages: of.map(({ key, value, partition, headers }) => ({
      key,
      value,
      partition,
      ...(headers !== undefined && { headers: writtenHeaders(headers) }),
    })),
  }))
}
