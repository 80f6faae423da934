import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type { TableChange } from '../../../../operators/keeping/kept-table.ts'
import { kafkaTable } from '../../../../pipeline/kafka/tables/kafka-table.ts'
import { describeKeptTable } from '../../../contract/kept-table.contract.ts'
import { startKafkaBroker } from '../../../support/kafka-broker.ts'
import { kafkaBench, type KafkaBench } from '../../../support/kafka-bench.ts'
import { findKafkaLibs } from '../../../support/kafka-libs.ts'

const brokers = inject('kafkaBrokers')
const found = await findKafkaLibs()
const WAIT = { timeout: 60_000, interval: 50 }
const bounds = { keysMax: 100, valueBytesMax: 1000, onFault: () => undefined }
const compacted = { 'cleanup.policy': 'compact' }

describe.skipIf(brokers.length === 0)('on Kafka', () => {
  let bench: KafkaBench

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(() => bench.close())

  describeKeptTable('Kafka', async () => {
    const { config, kafka } = bench
    const topic = await bench.newTopic(1, compacted)
    const producer = kafka.producer()
    await producer.connect()
    return {
      open: options => kafkaTable({ config, topic, onTrouble: () => undefined, ...options }),
      append: async (key, value) => {
        await producer.send({ topic, messages: [{ key, value, partition: 0 }] })
      },
    }
  })

  test('a table that opens while a transaction is open is current when it has ended', async () => {
    const { config, kafka } = bench
    const topic = await bench.newTopic(1, compacted)
    const writer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
    await writer.connect()
    const open = await writer.transaction()
    await open.send({ topic, messages: [{ key: 'aborted', value: '{}' }] })
    const plain = kafka.producer()
    await plain.connect()
    await plain.send({ topic, messages: [{ key: 'behind', value: '{}' }] })
    const changes: TableChange[] = []
    const onChange = (change: TableChange) => changes.push(change)
    const following = kafkaTable({ config, topic, onTrouble: () => undefined, ...bounds }).changes$.subscribe(
      onChange,
    )
    await open.abort()
    await vi.waitFor(() => expect(changes).toContainEqual({ kind: 'current' }), WAIT)
    following.unsubscribe()
    await Promise.all([writer.disconnect(), plain.disconnect()])
    expect(changes).toEqual([{ kind: 'entry', key: 'behind', value: {} }, { kind: 'current' }])
  })
})

// A broker of its own is killed here: the shared one serves other tests, and one in a container cannot be killed.
describe.skipIf('skipped' in found || brokers.length === 0)('when Kafka goes away', () => {
  test('a table says so, takes no writes, and goes on when it is back', async () => {
    if ('skipped' in found) return
    const broker = await startKafkaBroker({ libs: found.libs })
    const bench = await kafkaBench(broker.brokers)
    const topic = await bench.newTopic(1, compacted)
    const problems: (string | null)[] = []
    const onTrouble = (problem: string | null) => problems.push(problem)
    const table = kafkaTable({ config: bench.config, topic, onTrouble, ...bounds })
    const changes: TableChange[] = []
    const following = table.changes$.subscribe(change => changes.push(change))
    const failures: unknown[] = []
    const put = (key: string) => table.put(key, {}).subscribe({ error: error => failures.push(error) })
    put('before')
    await vi.waitFor(() => expect(changes).toHaveLength(2), WAIT)
    await broker.kill('SIGKILL')
    await vi.waitFor(() => expect(problems).toEqual([expect.stringContaining(topic)]), WAIT)
    put('away')
    await vi.waitFor(() => expect(failures).toMatchObject([{ code: 'table_unavailable' }]), WAIT)
    await broker.start()
    await vi.waitFor(() => expect(problems.at(-1)).toBeNull(), WAIT)
    put('back')
    await vi.waitFor(() => expect(changes.at(-1)).toMatchObject({ kind: 'entry', key: 'back' }), WAIT)
    expect(changes.filter(({ kind }) => kind === 'current')).toHaveLength(1)
    following.unsubscribe()
    await bench.close()
    await broker.stop()
  })
})
