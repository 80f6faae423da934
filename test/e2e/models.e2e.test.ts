import { afterEach, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { type KafkaPipeline, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { servedAt } from '../support/served-at.ts'
import { waitFor } from '../support/wait-for.ts'

const rule = {
  rule_id: 'each',
  name: 'Each event',
  event_types: ['x'],
  rule_config: { rule_type: 'llm', llm_config: { description: 'Anything', trigger_mode: 'realtime' } },
}

const modelSchema = z.looseObject({
  in_force: z.looseObject({ limits: z.looseObject({ requests_per_minute: z.number().nullable() }) }),
  queued: z.looseObject({ medium: z.number() }),
})

const ROUNDS = 30

let pipeline: KafkaPipeline | undefined

afterEach(async () => {
  await pipeline?.dispose()
  pipeline = undefined
})

async function modelAt(url: string, init: RequestInit = {}) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/v1/models/fast`, { headers, ...init })
  return { status: response.status, body: modelSchema.parse(await response.json()) }
}

function patch(settings: object): RequestInit {
  return { method: 'PATCH', body: JSON.stringify(settings) }
}

describe.skipIf(inject('kafkaSkipped') !== '')('models on a real Kafka', () => {
  const brokers = inject('kafkaBrokers')

  test('a change holds at the other process within a second, round after round, whichever makes it', async () => {
    const started = (pipeline = await kafkaPipeline({ brokers, rules: [rule], limits: {} }))
    const [one, other] = [servedAt(await started.start()), servedAt(await started.start())]
    const took: number[] = []
    for (let round = 1; round <= ROUNDS; round++) {
      const [here, there] = round % 2 === 0 ? [one, other] : [other, one]
      const sentMs = performance.now()
      const { status } = await modelAt(here, patch({ limits: { requests_per_minute: round } }))
      expect(status).toBe(200)
      await waitFor(async () => (await modelAt(there)).body.in_force.limits.requests_per_minute === round, {
        what: `round ${round}`,
        withinMs: sentMs + 1000 - performance.now(),
        everyMs: 5,
      })
      took.push(performance.now() - sentMs)
    }
    expect(Math.max(...took)).toBeLessThan(1000)
  })

  test('a change reaches every process, and holds before the first call of the next one', async () => {
    const limits = { requests_per_minute: 600 }
    const started = (pipeline = await kafkaPipeline({ brokers, rules: [rule], limits }))
    const [one, other] = [await started.start(), await started.start()]
    const changed = await modelAt(servedAt(one), patch({ limits: { requests_per_minute: 1 } }))
    expect(changed).toMatchObject({ status: 200, body: { in_force: { limits: { requests_per_minute: 1 } } } })
    await waitFor(
      async () => (await modelAt(servedAt(other))).body.in_force.limits.requests_per_minute === 1,
      { what: 'the change at the other process', withinMs: 5000, everyMs: 20 },
    )
    for (const { child, exited } of [one, other]) {
      child.kill('SIGKILL')
      await exited
    }
    const next = await started.start()
    expect((await modelAt(servedAt(next))).body).toMatchObject({
      configured: { limits },
      settings: { limits: { requests_per_minute: 1 } },
      in_force: { limits: { requests_per_minute: 1 } },
    })
    await started.send([1, 2, 3, 4].map(n => ({ event_id: `${n}`, event_type: 'x' })))
    const { simulator } = started
    const waiting = async () => (await modelAt(servedAt(next))).body.queued.medium
    await waitFor(async () => simulator.stats().requests === 1 && (await waiting()) === 3, {
      what: 'one call, and three that wait',
      withinMs: 30_000,
    })
    await modelAt(servedAt(next), patch({ limits: null }))
    await waitFor(async () => (await started.decisions()).length === 4, {
      what: 'four decisions',
      withinMs: 30_000,
    })
    const { body } = await modelAt(servedAt(next))
    expect(body).toMatchObject({
      settings: {},
      in_force: { limits },
      statistics: {
        calls: 4,
        results: { ok: 4 },
        waits: { count: 3 },
        latency: { call: { mean_ms: expect.any(Number) } },
      },
    })
  })
})
