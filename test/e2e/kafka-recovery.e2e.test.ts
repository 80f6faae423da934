import { afterEach, describe, expect, inject, test } from 'vitest'
import { type KafkaPipeline, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'

const EVENTS = 2000
const KEYS = 20
const CHUNK = 50
/** A full outage takes a minute; the tier runs a short one. */
const OUTAGE_SECONDS = Number(process.env['OUTAGE_SECONDS'] ?? 8)
const RATE = 200

const batchRule = {
  rule_id: 'batches',
  name: 'Batches',
  event_types: ['trade.signal'],
  group_by: ['symbol'],
  rule_config: {
    rule_type: 'llm',
    llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 7, max_wait_seconds: 2 },
  },
}

const traditionalRule = {
  rule_id: 'plain',
  name: 'Plain',
  event_types: ['trade.signal'],
  group_by: ['symbol'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'n % 2 == 0' } },
}

const hybridRule = {
  rule_id: 'asked',
  name: 'Asked',
  event_types: ['trade.signal'],
  group_by: ['symbol'],
  rule_config: {
    rule_type: 'hybrid',
    pre_filter: { expression: 'n % 10 == 1' },
    llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 2 },
  },
}

let pipeline: KafkaPipeline | undefined

afterEach(async () => {
  await pipeline?.dispose()
  pipeline = undefined
})

function signal(n: number) {
  return {
    event_id: `e-${n}`,
    event_type: 'trade.signal',
    data: { symbol: `S${n % KEYS}`, n, sent_at: Date.now() },
  }
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, n) => from + n)
}

describe.skipIf(inject('kafkaSkipped') !== '')('recovery on a real Kafka', () => {
  const brokers = inject('kafkaBrokers')

  test('counts every event once in decisions and alerts after a kill -9 in the middle of 2,000 events', async () => {
    const started = (pipeline = await kafkaPipeline({
      brokers,
      rules: [batchRule],
      simulator: { latencyMs: 30 },
    }))
    const killed = await started.start()
    for (let n = 0; n < EVENTS; n += CHUNK) {
      await started.send(numbers(n, n + CHUNK).map(signal))
      if (n !== EVENTS / 2) continue
      const decidedSome = async () => (await started.decisions()).length > 20
      await waitFor(decidedSome, { what: 'some decisions before the kill', withinMs: 30_000 })
      killed.child.kill('SIGKILL')
      expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' })
    }
    const decidedBefore = (await started.decisions()).reduce((sum, { event_count }) => sum + event_count, 0)
    expect(decidedBefore).toBeLessThan(EVENTS)
    await started.start()
    const countDecided = async () =>
      (await started.decisions()).reduce((sum, { event_count }) => sum + event_count, 0)
    await waitFor(async () => (await countDecided()) >= EVENTS, {
      what: 'all decisions',
      withinMs: 60_000,
      everyMs: 500,
    })

    const decisions = await started.decisions()
    const alerts = await started.alerts()
    const expected = numbers(0, EVENTS)
      .map(n => `e-${n}`)
      .toSorted()
    expect(decisions.flatMap(({ events }) => events.map(({ event_id }) => event_id)).toSorted()).toEqual(
      expected,
    )
    expect(alerts.flatMap(({ event_ids }) => event_ids).toSorted()).toEqual(expected)
    expect(alerts.map(({ alert_id }) => alert_id).toSorted()).toEqual(
      decisions.map(({ decision_id }) => decision_id).toSorted(),
    )
  }, 120_000)

  test('lets a process that slept through its session come back, with every event decided once', async () => {
    const started = (pipeline = await kafkaPipeline({ brokers, rules: [batchRule] }))
    const [sleeper] = [await started.start(), await started.start()]
    const asleepMs = 13_000
    await started.send(numbers(0, 200).map(signal))
    sleeper.child.kill('SIGSTOP')
    const wakeAt = performance.now() + asleepMs
    for (let n = 200; n < 1000; n += CHUNK) await started.send(numbers(n, n + CHUNK).map(signal))
    await waitFor(() => performance.now() > wakeAt, { what: 'the end of the sleep', withinMs: 2 * asleepMs })
    sleeper.child.kill('SIGCONT')
    await started.send(numbers(1000, 1200).map(signal))
    const decidedIds = async () =>
      (await started.decisions()).flatMap(({ events }) => events.map(({ event_id }) => event_id))
    await waitFor(async () => (await decidedIds()).length >= 1200, {
      what: 'all',
      withinMs: 60_000,
      everyMs: 500,
    })
    expect((await decidedIds()).toSorted()).toEqual(
      numbers(0, 1200)
        .map(n => `e-${n}`)
        .toSorted(),
    )
    // The one that slept takes its share again: the other may go.
    const url = /"url":"([^"]+)"/.exec(sleeper.log())?.[1] ?? ''
    const isReady = async () => (await fetch(`${url}/readyz`)).status === 200
    await waitFor(isReady, { what: 'the sleeper to be ready', withinMs: 30_000, everyMs: 250 })
  }, 150_000)

  test('goes on with traditional alerts while the model is away, and loses nothing', async () => {
    const started = (pipeline = await kafkaPipeline({ brokers, rules: [traditionalRule, hybridRule] }))
    await started.start()
    let sent = 0
    const sendFor = async (seconds: number) => {
      const from = performance.now()
      const end = sent + seconds * RATE
      const first = sent
      while (sent < end) {
        const due = Math.min(end, first + Math.floor(((performance.now() - from) / 1000) * RATE))
        if (due > sent) await started.send(numbers(sent, due).map(signal))
        sent = due
        await new Promise(resolve => setImmediate(resolve))
      }
    }
    await sendFor(3)
    started.simulator.control({ down: true })
    const downFrom = sent
    await sendFor(OUTAGE_SECONDS)
    const downTo = sent
    const refusedBy = started.simulator.stats().faults.reset
    started.simulator.control({ down: false })
    await sendFor(3)
    const asked = numbers(0, sent).filter(n => n % 10 === 1).length
    const askedDecided = async () =>
      (await started.decisions())
        .filter(({ rule_id }) => rule_id === 'asked')
        .reduce((sum, { event_count }) => sum + event_count, 0)
    await waitFor(async () => (await askedDecided()) >= asked, {
      what: 'every hybrid event',
      withinMs: 60_000,
      everyMs: 500,
    })

    const alerts = await started.alerts()
    const plain = alerts.filter(({ rule_id }) => rule_id === 'plain')
    expect(plain.flatMap(({ event_ids }) => event_ids).toSorted()).toEqual(
      numbers(0, sent)
        .filter(n => n % 2 === 0)
        .map(n => `e-${n}`)
        .toSorted(),
    )
    const askedIds = (await started.decisions())
      .filter(({ rule_id }) => rule_id === 'asked')
      .flatMap(({ events, outcome }) => events.map(({ event_id }) => `${event_id} ${outcome}`))
    expect(askedIds.toSorted()).toEqual(
      numbers(0, sent)
        .filter(n => n % 10 === 1)
        .map(n => `e-${n} triggered`)
        .toSorted(),
    )
    const delays = plain
      .filter(
        ({ events }) => Number(events[0]?.data['n']) >= downFrom && Number(events[0]?.data['n']) < downTo,
      )
      .map(({ raised_at, events }) => Date.parse(raised_at) - Number(events[0]?.data['sent_at']))
      .toSorted((a, b) => a - b)
    process.stdout.write(
      `outage of ${OUTAGE_SECONDS} s: ${delays.length} traditional alerts, p50 ${delays[delays.length >> 1]} ms, ` +
        `p99 ${delays[Math.floor(delays.length * 0.99)]} ms; ${refusedBy} calls refused\n`,
    )
    // An outage that stopped them would show in seconds.
    expect(delays[Math.floor(delays.length * 0.99)]).toBeLessThan(2000)
    expect(refusedBy).toBeGreaterThan(0)
  }, 240_000)
})
