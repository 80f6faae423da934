import { lastValueFrom } from 'rxjs'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { nextVersion } from '../../../../operators/rules/next-version.ts'
import type { RuleStore } from '../../../../operators/rules/rule-store.ts'
import { kafkaRuleStore } from '../../../../pipeline/kafka/tables/kafka-rule-store.ts'
import { readRule } from '../../../../pipeline/rules/read-rule.ts'
import { configSchema } from '../../../../schemas/config.ts'
import { describeRuleStore } from '../../../contract/rule-store.contract.ts'
import { kafkaBench, type KafkaBench } from '../../../support/kafka-bench.ts'
import { traditionalRule } from '../../../support/traditional-rule.ts'

const brokers = inject('kafkaBrokers')
const WAIT = { timeout: 60_000, interval: 20 }
let prefixes = 0

function raise(store: RuleStore, ruleId: string) {
  return lastValueFrom(
    store.change(rules => [
      { ruleId, rule: nextVersion(traditionalRule(ruleId), rules.get(ruleId), { by: 'api', atMs: 0 }) },
    ]),
  )
}

describe.skipIf(brokers.length === 0)('rules on Kafka', () => {
  let bench: KafkaBench

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(() => bench.close())

  const setUp = async () => {
    const topic_prefix = `rules-${process.pid}-${Date.now()}-${prefixes++}.`
    const config = configSchema.shape.kafka.parse({ brokers, topic_prefix })
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }]
    const topic = `${topic_prefix}rules`
    await bench.admin.createTopics({ waitForLeaders: true, topics: [{ topic, configEntries }] })
    const faults: string[] = []
    const open = async (options: { readonly rulesMax?: number } = {}) => {
      const store = kafkaRuleStore(config, {
        ...options,
        read: readRule,
        onFault: (ruleId, reason) => faults.push(`${ruleId}: ${reason}`),
        onTrouble: () => undefined,
      })
      let isCurrent = false
      const following = store.read$.subscribe(read => {
        isCurrent = read.isCurrent
      })
      onTestFinished(async () => {
        await store.close()
        following.unsubscribe()
      })
      await vi.waitFor(() => expect(isCurrent).toBe(true), WAIT)
      return store
    }
    const append = async (key: string, value: unknown) => {
      const producer = bench.kafka.producer()
      await producer.connect()
      await producer.send({ topic, messages: [{ key, value: JSON.stringify(value) }] })
      await producer.disconnect()
    }
    return { open, append, faults, topic }
  }

  describeRuleStore('Kafka', setUp)

  test('loses no change of two processes that change the same rule at the same time', async () => {
    const { open } = await setUp()
    const [one, other] = await Promise.all([open(), open()])
    const writes = Array.from({ length: 20 }, (_, n) => raise(n % 2 === 0 ? one : other, 'big'))
    const versions = (await Promise.all(writes)).flatMap(written =>
      written.map(w => w.rule?.metadata.version),
    )
    expect(versions.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    )
    await vi.waitFor(() => expect(one.rules).toEqual(other.rules), WAIT)
    expect(one.rules.get('big')?.metadata.version).toBe(20)
  })

  test('takes what another program writes as the next version, and knows that it does not say so', async () => {
    const { open, append, faults } = await setUp()
    const store = await open()
    await raise(store, 'big')
    await raise(store, 'big')
    const { rule_id, metadata: _metadata, ...rest } = traditionalRule('big')
    await append('big', { ...rest, rule_id, priority: 7 })
    await vi.waitFor(
      () => expect(store.rules.get('big')).toMatchObject({ priority: 7, metadata: { version: 3 } }),
      WAIT,
    )
    expect([...store.unversioned]).toEqual(['big'])
    await append('big', { rule_id, name: 'no rule' })
    await append('other', rest)
    await vi.waitFor(() => expect(store.rules.get('other')?.name).toBe('big'), WAIT)
    expect(store.rules.get('big')?.priority).toBe(7)
    expect(faults).toEqual([expect.stringMatching(/^big: event_types: .*rule_config: /)])
  })

  test('takes no record of another program for its own, whatever its mark', async () => {
    const { open, topic } = await setUp()
    const [store, producer] = [await open(), bench.kafka.producer()]
    await producer.connect()
    // Its first change connects: the record comes meanwhile.
    const changed = raise(store, 'big')
    const headers = { 'llmtrigger-write': '' }
    const value = JSON.stringify(traditionalRule('other'))
    await producer.send({ topic, messages: [{ key: 'other', value, headers }] })
    expect(await changed).toHaveLength(1)
    expect([...store.rules.keys()].toSorted()).toEqual(['big', 'other'])
    await producer.disconnect()
  })

  test('writes many rules at once, all of them or none', async () => {
    const { open } = await setUp()
    const store = await open()
    const many = Array.from({ length: 3000 }, (_, n) => traditionalRule(`rule-${n}`))
    const writes = many.map(rule => ({
      ruleId: rule.rule_id,
      rule: { ...rule, description: 'x'.repeat(400) },
    }))
    await lastValueFrom(store.change(() => writes))
    expect(store.rules.size).toBe(3000)
    const large = { ...traditionalRule('large'), description: 'x'.repeat(2 * 1024 * 1024) }
    const mixed = [
      { ruleId: 'rule-1', rule: null },
      { ruleId: 'large', rule: large },
    ]
    await expect(lastValueFrom(store.change(() => mixed))).rejects.toMatchObject({ code: 'record_too_large' })
    expect(store.rules.size).toBe(3000)
  })
})
