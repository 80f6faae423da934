import type { Kafka, Producer } from 'kafkajs'
import { startSimulator } from '../../pipeline/simulator/start-simulator.ts'
import { type Topics, topicsOf } from '../../pipeline/topics-of.ts'
import { type Alert, alertSchema } from '../../schemas/alert.ts'
import { type Decision, decisionSchema } from '../../schemas/decision.ts'
import { type Work, workSchema } from '../../schemas/work.ts'
import { readTopic, type ReadRecord, testKafka } from './kafka-topics.ts'
import { type PipelineProcess, pipelineProcess } from './pipeline-process.ts'

export interface KafkaPipelineOptions {
  readonly brokers: readonly string[]
  readonly rules: readonly unknown[]
  readonly simulator?: Parameters<typeof startSimulator>[0]
  readonly config?: Readonly<Record<string, unknown>>
  /** Limits of the model. */
  readonly limits?: Readonly<Record<string, number>>
  readonly partitions?: number
  /** The value of `--stages`. */
  readonly stages?: string
  /** The program of the processes, in place of `pipeline/main.ts`. */
  readonly main?: string
  /** The group that holds a stage's offsets, where it is not the stage's own. */
  readonly offsetsGroup?: (groupId: string) => string
}

export interface KafkaPipeline {
  /** Of its processes. */
  readonly config: Readonly<Record<string, unknown>>
  readonly kafka: Kafka
  readonly producer: Producer
  readonly topics: Topics
  readonly source: string
  readonly simulator: Awaited<ReturnType<typeof startSimulator>>
  /** Starts a process and waits until it is ready. */
  start(): Promise<PipelineProcess>
  send(events: readonly Readonly<Record<string, unknown>>[]): Promise<void>
  work(): Promise<readonly Work[]>
  decisions(): Promise<readonly Decision[]>
  alerts(): Promise<readonly Alert[]>
  deadLetters(): Promise<readonly ReadRecord[]>
  /** How far a stage has committed a topic, all partitions together; records not yet committed are not counted. */
  committed(stage: 'route' | 'decide', source?: string): Promise<number>
  /** Records of `work` beyond what DECIDE has committed; markers at the ends count too, at most one for each writer. */
  undecided(): Promise<number>
  dispose(): Promise<void>
}

let pipelines = 0

/** A deployment of its own on a shared Kafka: topics, a simulator as the model, and processes. */
export async function kafkaPipeline(options: KafkaPipelineOptions): Promise<KafkaPipeline> {
  const {
    brokers,
    rules,
    partitions = 2,
    stages = 'route,decide',
    offsetsGroup = groupId => groupId,
  } = options
  const name = `t${process.pid}-${Date.now()}-${pipelines++}`
  const kafka = testKafka(brokers)
  const topics = topicsOf(`${name}.`)
  const source = `${name}-events`
  const simulator = await startSimulator({ port: 0, ...options.simulator })
  const config = {
    kafka: { brokers, group_id: name, topic_prefix: `${name}.`, partitions },
    sources: [{ topic: source, from: 'earliest' }],
    models: {
      default: 'fast',
      fast: {
        provider: 'openai',
        base_url: `${simulator.url}/v1`,
        model: 'simulated',
        ...(options.limits && { limits: options.limits }),
        base_retry_delay_seconds: 0.2,
        max_retry_delay_seconds: 1,
      },
    },
    http: { port: 0 },
    ...options.config,
  }
  const admin = kafka.admin()
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic: source, numPartitions: 2 }], waitForLeaders: true })
  const processes: PipelineProcess[] = []
  const created = await pipelineProcess({ config, rules, command: ['topics', 'create'] })
  const { code } = await created.exited
  if (code !== 0) throw new Error(`topics create ended with ${code}: ${created.log()}`)
  await created.dispose()

  const parsed = async <T>(topic: string, parse: (value: unknown) => T): Promise<T[]> =>
    (await readTopic(kafka, topic)).map(({ value }) => parse(JSON.parse(value ?? 'null')))

  return {
    config,
    kafka,
    producer,
    topics,
    source,
    simulator,
    start: async () => {
      const started = await pipelineProcess({
        config,
        rules,
        command: ['run', '--stages', stages],
        ...(options.main !== undefined && { main: options.main }),
      })
      processes.push(started)
      await started.ready
      return started
    },
    send: async events => {
      const messages = events.map(event => ({ key: String(event['event_id']), value: JSON.stringify(event) }))
      await producer.send({ topic: source, acks: -1, messages })
    },
    work: () => parsed(topics.work, value => workSchema.parse(value)),
    decisions: () => parsed(topics.decisions, value => decisionSchema.parse(value)),
    alerts: () => parsed(topics.alerts, value => alertSchema.parse(value)),
    deadLetters: () => readTopic(kafka, topics.deadLetter),
    committed: async (stage, from = source) => {
      const topic = stage === 'route' ? from : topics.work
      const [found] = await admin.fetchOffsets({ groupId: offsetsGroup(`${name}.${stage}`), topics: [topic] })
      return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
    },
    undecided: async () => {
      const [ends, [found]] = await Promise.all([
        admin.fetchTopicOffsets(topics.work),
        admin.fetchOffsets({ groupId: offsetsGroup(`${name}.decide`), topics: [topics.work] }),
      ])
      const done = new Map(
        (found?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]),
      )
      return ends.reduce(
        (sum, { partition, high }) => sum + Number(high) - Math.max(0, done.get(partition) ?? 0),
        0,
      )
    },
    dispose: async () => {
      await Promise.all(processes.map(started => started.dispose()))
      await Promise.all([admin.disconnect(), producer.disconnect(), simulator.close()])
    },
  }
}
