import type { Admin, Kafka } from 'kafkajs'
import { kafkaClient } from '../../pipeline/kafka/kafka-client.ts'
import { kafkaCluster } from '../../pipeline/kafka/kafka-cluster.ts'
import { kafkaLanes } from '../../pipeline/kafka/kafka-lanes.ts'
import type { LaneObserver } from '../../pipeline/kafka/lane-observer.ts'
import { readSlice } from '../../pipeline/kafka/lanes/read-slice.ts'
import { configSchema, type Config } from '../../schemas/config.ts'
import type { LaneBench } from '../contract/lanes.contract.ts'

const READ_COMMITTED = 1
const FETCH_BYTES_MAX = 8 * 1024 * 1024
let topics = 0

export interface KafkaBench extends LaneBench {
  readonly config: Config['kafka']
  readonly kafka: Kafka
  readonly admin: Admin
  newTopic(partitions: number, settings?: Readonly<Record<string, string>>): Promise<string>
  close(): Promise<void>
}

/** Lanes on a real broker, with a writer and a reader beside them. */
export async function kafkaBench(brokers: string[], observer: LaneObserver = {}): Promise<KafkaBench> {
  const config = configSchema.shape.kafka.parse({ brokers })
  const kafka = kafkaClient(config, 'producer')
  const admin = kafka.admin()
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  const cluster = kafkaCluster(config, () => {})
  await Promise.all([admin.connect(), producer.connect(), cluster.connect()])

  const newTopic = async (
    partitions: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    topics++
    const topic = `bench-${process.pid}-${Date.now()}-${topics}`
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: partitions, configEntries }],
    })
    return topic
  }
  const append = async (topic: string, partition: number, values: readonly string[]): Promise<void> => {
    await producer.send({ topic, messages: values.map(value => ({ partition, value })) })
  }
  const read = async (topic: string, partition: number): Promise<readonly string[]> => {
    await cluster.addMultipleTargetTopics([topic])
    const leader = cluster.findTopicPartitionMetadata(topic)[0]?.leader
    const broker = await cluster.findBroker({ nodeId: `${leader}` })
    const place = { partition, fetchOffset: '0', maxBytes: FETCH_BYTES_MAX }
    const { responses } = await broker.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: 20,
      minBytes: 1,
      maxBytes: FETCH_BYTES_MAX,
      topics: [{ topic, partitions: [place] }],
    })
    const fetched = responses[0]?.partitions[0]
    return fetched === undefined ? [] : readSlice(fetched, 0).records.map(({ value }) => String(value))
  }
  const close = async (): Promise<void> => {
    await Promise.all([admin.disconnect(), producer.disconnect(), cluster.disconnect()])
  }
  return { config, kafka, admin, runLanes: kafkaLanes({ config, observer }), newTopic, append, read, close }
}
