import type { Producer, Transaction } from 'kafkajs'
import { asyncScheduler, Subject, Subscription } from 'rxjs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { fixedRules } from '../../../../../operators/rules/fixed-rules.ts'
import type { StageStatus } from '../../../../../operators/lanes/lane.ts'
import { createTopics } from '../../../../../pipeline/kafka/create-topics.ts'
import { kafkaLanes } from '../../../../../pipeline/kafka/kafka-lanes.ts'
import { topicPlan } from '../../../../../pipeline/kafka/topic-plan.ts'
import { createGateway } from '../../../../../pipeline/create-gateway.ts'
import { runStages } from '../../../../../pipeline/run-stages.ts'
import { type Topics, topicsOf } from '../../../../../pipeline/topics-of.ts'
import { configSchema, type Config } from '../../../../../schemas/config.ts'
import { ruleSchema } from '../../../../../schemas/rule.ts'
import { workSchema } from '../../../../../schemas/work.ts'
import { kafkaBench, type KafkaBench } from '../../../../support/kafka-bench.ts'
import { readTopic } from '../../../../support/kafka-topics.ts'
import { silentTelemetry } from '../../../../support/silent-telemetry.ts'

const brokers = inject('kafkaBrokers')
const WAIT = { timeout: 60_000, interval: 20 }
const rule = ruleSchema.parse({
  rule_id: 'all',
  name: 'all',
  event_types: ['seen'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'true' } },
})

interface Deployment {
  readonly config: Config
  readonly topics: Topics
  readonly source: string
}

describe.skipIf(brokers.length === 0)('a lane of ROUTE whose broker has forgotten what was committed', () => {
  let bench: KafkaBench
  const producers: Producer[] = []
  let deployments = 0

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(async () => {
    await Promise.all(producers.map(producer => producer.disconnect()))
    await bench.close()
  })

  test.each([
    ['at once', false],
    ['once they can be read, where the transaction of another lane is open before them', true],
  ])(
    'goes on behind the outputs of an owner that died before it told the others, %s',
    async (_when, isHeldUp) => {
      const deployment = await deploy()
      const { source, topics, config } = deployment
      const [one, two] = [member(deployment), member(deployment)]
      one.start()
      await vi.waitFor(async () => expect(await committed(config, source)).toBe(1), WAIT)
      two.start()
      await vi.waitFor(() => expect([one, two].map(assigned).sort()).toEqual([0, 1]), WAIT)
      const [owner, other] = assigned(one) === 1 ? [one, two] : [two, one]
      const open = isHeldUp ? await openTransaction([topics.work, topics.deadLetter]) : undefined
      // What the owner commits from here on it tells nobody. The last two leave a dead letter, and nothing.
      await bench.append(source, 0, [event('a'), event('b'), event('c'), 'no JSON', event('unseen', 'other')])
      await vi.waitFor(async () => expect(await committed(config, source)).toBe(6), WAIT)
      await commitBehind(`${config.kafka.group_id}.route`, source, '0')
      owner.cut()
      if (open !== undefined) {
        await vi.waitFor(() => expect(other.progress).toHaveLength(1), WAIT)
        await open.abort()
      }
      await vi.waitFor(() => expect(other.forgotten).toEqual([{ answered: 0, committed: 5 }]), WAIT)
      await bench.append(source, 0, [event('d')])
      await vi.waitFor(async () => expect(await committed(config, source)).toBe(7), WAIT)
      expect(await routed(topics.work)).toEqual(['first', 'a', 'b', 'c', 'd'])
      expect(await readTopic(bench.kafka, topics.deadLetter)).toHaveLength(1)
      other.cut()
    },
  )

  test.each([
    ['an older position', 0],
    ['no position at all', null],
  ])(
    'goes on behind the outputs where nobody is left who knows, and the broker answers with %s',
    async (_answer, answered) => {
      const deployment = await deploy()
      const { source, topics, config } = deployment
      const groupId = `${config.kafka.group_id}.route`
      const [owner, next] = [member(deployment), member(deployment)]
      owner.start()
      await bench.append(source, 0, [event('a'), event('b')])
      await vi.waitFor(async () => expect(await committed(config, source)).toBe(3), WAIT)
      owner.cut()
      await vi.waitFor(() => bench.admin.deleteGroups([groupId]), WAIT)
      if (answered !== null) await commitBehind(groupId, source, `${answered}`)
      await bench.append(source, 0, [event('c')])
      next.start()
      await vi.waitFor(async () => expect(await committed(config, source)).toBe(4), WAIT)
      expect(await routed(topics.work)).toEqual(['first', 'a', 'b', 'c'])
      expect(next.forgotten).toEqual([{ answered, committed: 3 }])
      next.cut()
    },
  )

  async function deploy(): Promise<Deployment> {
    const name = `newest-${process.pid}-${Date.now()}-${deployments++}`
    const source = await bench.newTopic(1)
    const config = configSchema.parse({
      kafka: { brokers, group_id: name, topic_prefix: `${name}.`, partitions: 1 },
      sources: [{ topic: source, from: 'earliest' }],
    })
    await createTopics(bench.admin, topicPlan(config.kafka))
    await bench.append(source, 0, [event('first')])
    return { config, topics: topicsOf(config.kafka.topic_prefix), source }
  }

  /** One process of the deployment, as far as Kafka sees it. */
  function member({ config }: Deployment) {
    const statuses: StageStatus[] = []
    const forgotten: unknown[] = []
    const progress: unknown[] = []
    const observer = {
      commitForgotten: (...[, , offsets]: readonly [unknown, unknown, unknown]) => forgotten.push(offsets),
      outputsRead: (...[, , { records }]: readonly [unknown, unknown, { records: number }]) =>
        progress.push(records),
    }
    const stage$ = runStages({
      stages: ['route'],
      config,
      rules: fixedRules([rule]),
      gateway: createGateway(config, { clock: asyncScheduler, random: Math.random }),
      runLanes: kafkaLanes({ config: config.kafka, observer }),
      clock: asyncScheduler,
      telemetry: silentTelemetry,
      fenceSecret: 'test',
      random: Math.random,
      stopping$: new Subject(),
    })
    const running = new Subscription()
    const start = () => {
      running.add(stage$.subscribe(status => statuses.push(status)))
    }
    const cut = () => {
      running.unsubscribe()
    }
    return { statuses, forgotten, progress, start, cut }
  }

  /** What a broker that forgot has: an older position than the one that was committed. */
  async function commitBehind(groupId: string, topic: string, offset: string): Promise<void> {
    const transaction = await openTransaction([])
    const topics = [{ topic, partitions: [{ partition: 0, offset }] }]
    await vi.waitFor(() => transaction.sendOffsets({ consumerGroupId: groupId, topics }), WAIT)
    await transaction.commit()
  }

  async function openTransaction(topics: readonly string[]): Promise<Transaction> {
    const producer = bench.kafka.producer({
      transactionalId: `newest-${process.pid}-${producers.length}`,
      maxInFlightRequests: 1,
    })
    producers.push(producer)
    await producer.connect()
    const transaction = await producer.transaction()
    for (const topic of topics) {
      const { length } = await bench.admin.fetchTopicOffsets(topic)
      const messages = Array.from({ length }, (_, partition) => ({ partition, value: 'x' }))
      await transaction.send({ topic, messages })
    }
    return transaction
  }

  async function committed({ kafka }: Config, source: string): Promise<number> {
    const groupId = `${kafka.group_id}.route`
    const [found] = await bench.admin.fetchOffsets({ groupId, topics: [source] })
    return Number(found?.partitions[0]?.offset)
  }

  async function routed(topic: string): Promise<readonly string[]> {
    const records = await readTopic(bench.kafka, topic)
    return records.map(({ value }) => workSchema.parse(JSON.parse(value ?? '')).event.event_id)
  }
})

function assigned({ statuses }: { readonly statuses: readonly StageStatus[] }): number | null | undefined {
  return statuses.at(-1)?.assigned
}

function event(id: string, type = 'seen'): string {
  return JSON.stringify({
    event_id: id,
    event_type: type,
    source: 'test',
    timestamp: '2026-11-20T10:00:00.000Z',
    context_key: 'key',
    data: {},
  })
}
