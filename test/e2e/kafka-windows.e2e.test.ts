import { afterEach, describe, expect, inject, test } from 'vitest'
import { type KafkaPipeline, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'

const WAIT_SECONDS = 6

const spree = {
  rule_id: 'buying-spree',
  name: 'Buying spree',
  event_types: ['trade.signal'],
  group_by: ['data.symbol'],
  rule_config: {
    rule_type: 'llm',
    llm_config: {
      description: 'Several large buys in a row',
      trigger_mode: 'batch',
      batch_size: 5,
      max_wait_seconds: WAIT_SECONDS,
    },
  },
}

let pipeline: KafkaPipeline | undefined

afterEach(async () => {
  await pipeline?.dispose()
  pipeline = undefined
})

function buy(symbol: string, volume: number, n: number) {
  return { event_id: `${symbol}-${n}`, event_type: 'trade.signal', data: { symbol, side: 'buy', volume } }
}

describe.skipIf(inject('kafkaSkipped') !== '')('windows on a real Kafka', () => {
  const brokers = inject('kafkaBrokers')

  test('judges the first five of six buys in one call, and the sixth alone when its wait is over', async () => {
    const started = (pipeline = await kafkaPipeline({
      brokers,
      rules: [spree],
      simulator: { answerWhen: 'count >= 5' },
    }))
    await started.start()
    const volumes = [100_000, 150_000, 120_000, 180_000, 200_000, 150_000]
    for (const [n, volume] of volumes.entries()) {
      await started.send([buy('BTCUSDT', volume, n)])
      // Events of different partitions may overtake each other: each is on `work` before the next is sent.
      await waitFor(async () => (await started.work()).length === n + 1, {
        what: `event ${n} on work`,
        withinMs: 20_000,
      })
    }
    await waitFor(async () => (await started.decisions()).length === 2, {
      what: 'two decisions',
      withinMs: 30_000,
    })
    const [first, second] = await started.decisions()
    expect(first).toMatchObject({ closed_by: 'size', outcome: 'triggered', attempts: 1, event_count: 5 })
    expect(first?.events.map(({ event_id }) => event_id)).toEqual([0, 1, 2, 3, 4].map(n => `BTCUSDT-${n}`))
    expect(second).toMatchObject({ closed_by: 'time', outcome: 'not_triggered', event_count: 1 })
    expect(Date.parse(second?.closed_at ?? '') - Date.parse(second?.opened_at ?? '')).toBe(
      WAIT_SECONDS * 1000,
    )
    const alerts = await started.alerts()
    expect(alerts.map(({ alert_id }) => alert_id)).toEqual([first?.decision_id])
    expect(started.simulator.stats().requests).toBe(2)
  })

  test('judges three events and then silence once, though the process is restarted in between', async () => {
    const started = (pipeline = await kafkaPipeline({ brokers, rules: [spree] }))
    const before = await started.start()
    await started.send([0, 1, 2].map(n => buy('ETHUSDT', 300_000, n)))
    await waitFor(async () => (await started.work()).length === 3, {
      what: 'three work records',
      withinMs: 20_000,
    })
    before.child.kill('SIGTERM')
    expect(await before.exited).toEqual({ code: 0, signal: null })
    expect(await started.decisions()).toHaveLength(0)
    await started.start()
    await waitFor(async () => (await started.decisions()).length > 0, {
      what: 'a decision',
      withinMs: 30_000,
    })
    const decisions = await started.decisions()
    expect(decisions).toHaveLength(1)
    expect(decisions[0]).toMatchObject({ closed_by: 'time', event_count: 3, key: 'ETHUSDT' })
    const { opened_at = '', closed_at = '' } = decisions[0] ?? {}
    expect(Date.parse(closed_at) - Date.parse(opened_at)).toBe(WAIT_SECONDS * 1000)
    expect(started.simulator.stats().requests).toBe(1)
  })
})
