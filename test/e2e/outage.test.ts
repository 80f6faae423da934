import { expect, test } from 'vitest'
import { partitionOf } from '../../operators/lanes/partition-of.ts'
import type { Decision } from '../../schemas/decision.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { workSchema } from '../../schemas/work.ts'
import { memoryPipeline, type MemoryPipelineOptions, START_MS } from '../support/memory-pipeline.ts'
import { type ModelCall, scriptedModel, type ScriptedModelOptions } from '../support/scripted-model.ts'

const WORK = 'llmtrigger.work'
const EVENTS_MAX = 400
const PARTITIONS = [0, 1, 2, 3]

const pre_filter = { expression: 'volume > 0' }
const hybrid = {
  rule_id: 'hybrid',
  name: 'Hybrid',
  event_types: ['trade'],
  rule_config: {
    rule_type: 'hybrid',
    pre_filter,
    llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 10 },
  },
}
const traditional = {
  ...hybrid,
  rule_id: 'traditional',
  rule_config: { rule_type: 'traditional', pre_filter },
}

function run(
  answer: NonNullable<ScriptedModelOptions['answer']>,
  options: Partial<MemoryPipelineOptions> = {},
) {
  let calls: readonly ModelCall[] = []
  const held = PARTITIONS.map(() => 0)
  const mostHeld = PARTITIONS.map(() => 0)
  const waits: number[] = []
  const decided: Decision[] = []
  const hold = (partition: number, by: number) => {
    held[partition] = (held[partition] ?? 0) + by
    mostHeld[partition] = Math.max(mostHeld[partition] ?? 0, held[partition])
  }
  const pipeline = memoryPipeline({
    rules: [hybrid, traditional],
    bounds: { events_max: EVENTS_MAX },
    model: clock => {
      const model = scriptedModel({ clock, latencyMs: 20, answer })
      calls = model.calls
      return model.ask
    },
    telemetry: {
      windowFilled: ({ ruleId, key }) => {
        hold(laneOf(ruleId, key), 1)
      },
      decided: (decision, sinceArrivalMs) => {
        decided.push(decision)
        hold(decision.work_partition, -decision.event_count)
        if (decision.rule_type === 'traditional') waits.push(sinceArrivalMs)
      },
    },
    ...options,
  })
  pipeline.start()
  const byModel = () => decided.filter(({ rule_id }) => rule_id === 'hybrid')
  return { ...pipeline, calls: () => calls, held, mostHeld, waits, decided, byModel }
}

type Run = ReturnType<typeof run>

function laneOf(ruleId: string, key: string): number {
  return partitionOf(`${ruleId}|${key}`, { partitions: 2, traditional: ruleId === 'traditional' })
}

/** 200 events a second until `untilMs`, over seven keys; `look` is called every ten seconds. */
function stream({ clock, send }: Run, untilMs: number, look: (atMs: number) => void): number {
  let sent = 0
  for (let atMs = 0; atMs < untilMs; atMs += 5) {
    clock.advanceTo(START_MS + atMs)
    if (atMs % 10_000 === 0) look(atMs)
    send({ event_id: `e-${sent}`, event_type: 'trade', context_key: `key-${sent % 7}`, data: { volume: 1 } })
    sent++
  }
  return sent
}

/** Every work record below the committed offset of its lane is named in a committed decision. */
function expectNothingPassed({ log, decided: decisions }: Run): void {
  const decided = new Set(
    decisions.flatMap(({ events, repeats }) => [...events, ...repeats].map(({ work_id }) => work_id)),
  )
  const passed = log.records(WORK).filter(({ offset, value }) => {
    const work = workSchema.parse(JSON.parse(String(value)))
    return (
      offset < log.committed('g.decide', WORK, laneOf(work.rule_id, work.key)).offset &&
      !decided.has(work.work_id)
    )
  })
  expect(passed).toEqual([])
}

function timesDecided(decisions: readonly Decision[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const { event_id } of decisions.flatMap(({ events }) => events))
    times.set(event_id, (times.get(event_id) ?? 0) + 1)
  return times
}

test('fills and pauses the lanes of a model that is down, holds back no other decision, and loses nothing', () => {
  const isDown = ({ atMs }: ModelCall) => atMs >= START_MS + 2000 && atMs < START_MS + 62_000
  const pipeline = run(call =>
    isDown(call) ? new PipelineError('model_unreachable', 'down') : { should_trigger: true, confidence: 0.9 },
  )
  const { clock, byModel, waits, calls, mostHeld, held } = pipeline
  const judged: number[] = []
  const sent = stream(pipeline, 63_000, atMs => {
    judged.push(byModel().length)
    if (atMs === 30_000) expectNothingPassed(pipeline)
  })
  // From 10 s to 60 s the model decides nothing, and every event is decided by its expression at once.
  expect(judged[1]).toBeGreaterThan(0)
  expect(new Set(judged.slice(1)).size).toBe(1)
  expect([waits.length, Math.max(...waits)]).toEqual([sent, 0])
  expect(mostHeld.slice(0, 2)).toEqual([EVENTS_MAX, EVENTS_MAX])

  clock.advanceTo(START_MS + 400_000)
  const times = timesDecided(byModel())
  expect([times.size, Math.max(...times.values())]).toEqual([sent, 1])
  expect(new Set(byModel().map(({ outcome }) => outcome))).toEqual(new Set(['triggered']))
  expect(pipeline.log.records('llmtrigger.alerts')).toHaveLength(pipeline.decided.length)
  expect([pipeline.deadLetters(), held]).toEqual([[], [0, 0, 0, 0]])
  expect(byModel().reduce((sum, { attempts }) => sum + attempts, 0)).toBe(calls().length)
  expect(mostHeld.slice(0, 2)).toEqual([EVENTS_MAX, EVENTS_MAX])
  expectNothingPassed(pipeline)
}, 60_000)

test('makes few calls in two minutes without a model, and no more at once than before when it is back', () => {
  const CONCURRENCY_MAX = 16
  const [downMs, backMs] = [START_MS + 20_000, START_MS + 140_000]
  const pipeline = run(
    ({ atMs }) =>
      atMs >= downMs && atMs < backMs
        ? new PipelineError('model_overloaded', 'down')
        : { should_trigger: true, confidence: 0.9 },
    { concurrencyMax: CONCURRENCY_MAX },
  )
  const sent = stream(pipeline, 150_000, () => undefined)
  pipeline.clock.advanceTo(START_MS + 600_000)
  const { calls, byModel } = pipeline
  const times = calls().map(({ atMs }) => atMs)
  const inOutage = times.filter(atMs => atMs >= downMs && atMs < backMs)
  // One for each window that two lanes hold, the retries that a tenth of the calls allow, and one that tries now and then.
  const windows = (2 * EVENTS_MAX) / 5
  const retries = 10 + times.filter(atMs => atMs < backMs).length / 10
  expect(inOutage.length).toBeLessThanOrEqual(windows + retries + 6)
  const most = Math.max(
    ...times.map((atMs, n) => times.slice(n, n + 100).filter(other => other < atMs + 20).length),
  )
  expect(most).toBeLessThanOrEqual(CONCURRENCY_MAX)
  expect(timesDecided(byModel()).size).toBe(sent)
  expect(new Set(byModel().map(({ outcome }) => outcome))).toEqual(new Set(['triggered']))
}, 60_000)

test('goes on with another model while the first is away, and decisions say which', () => {
  const backMs = START_MS + 10_000
  const answer = { should_trigger: true, confidence: 0.9 }
  const pipeline = run(
    ({ atMs }) => (atMs < backMs ? new PipelineError('model_unreachable', 'down') : answer),
    { fallback: clock => scriptedModel({ clock, latencyMs: 20, answer: () => answer }).ask },
  )
  const waits: number[] = []
  const sent = stream(pipeline, 30_000, () => undefined)
  pipeline.clock.advanceTo(START_MS + 120_000)
  const { byModel } = pipeline
  expect(timesDecided(byModel()).size).toBe(sent)
  const during = byModel().filter(({ decided_at }) => Date.parse(decided_at) < backMs)
  expect(new Set(during.map(({ model }) => model))).toEqual(new Set(['spare']))
  for (const { waited_ms } of during) waits.push(waited_ms.queue)
  // At first each window finds out for itself, by its retries.
  expect(waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.9)]).toBeLessThan(1000)
  expect(new Set(byModel().map(({ model }) => model))).toEqual(new Set(['spare', 'fast']))
}, 60_000)

test('decides every window in the order of its key after an outage', () => {
  const pipeline = run(({ atMs }) =>
    atMs < START_MS + 10_000
      ? new PipelineError('model_overloaded', 'down')
      : { should_trigger: false, confidence: 1 },
  )
  stream(pipeline, 8000, () => undefined)
  pipeline.clock.advanceTo(START_MS + 400_000)
  const offsets = new Map<string, number[]>()
  for (const { rule_id, key, events } of pipeline.decided) {
    const name = `${rule_id}|${key}`
    offsets.set(name, [...(offsets.get(name) ?? []), ...events.map(({ work_offset }) => Number(work_offset))])
  }
  expect(offsets.size).toBe(14)
  for (const inOrder of offsets.values())
    expect(inOrder).toEqual(inOrder.toSorted((left, right) => left - right))
})

test('makes few calls with a bad key, and goes on when it is mended', () => {
  const mendedMs = START_MS + 120_000
  const pipeline = run(({ atMs }) =>
    atMs < mendedMs
      ? new PipelineError('model_key_rejected', 'bad key')
      : { should_trigger: true, confidence: 0.9 },
  )
  const sent = stream(pipeline, 8000, () => undefined)
  const { clock, calls, decided, byModel } = pipeline
  // Those under way when the first was rejected, and then one in 30 s.
  const underWay = calls().length
  clock.advanceTo(mendedMs - 1)
  expect(underWay).toBeLessThan(10)
  expect(calls().length - underWay).toBeLessThanOrEqual(4)
  clock.advanceTo(mendedMs + 400_000)
  expect(timesDecided(byModel()).size).toBe(sent)
  expect(new Set(decided.map(({ outcome }) => outcome))).toEqual(new Set(['triggered']))
})

test('gives a window up at hold_seconds, names the outage, and goes on with the next', () => {
  const backMs = START_MS + 40_000
  const pipeline = run(
    ({ atMs }) =>
      atMs < backMs ? new PipelineError('model_timeout', 'slow') : { should_trigger: true, confidence: 0.9 },
    { holdMs: 30_000, rules: [hybrid] },
  )
  const { clock, send, decisions, deadLetters } = pipeline
  for (const n of [1, 2, 3])
    send({ event_id: `e-${n}`, event_type: 'trade', context_key: 'BTC', data: { volume: 1 } })
  clock.advanceTo(START_MS + 39_999)
  expect(decisions()).toEqual([])
  clock.advanceTo(START_MS + 40_000)
  expect(decisions()).toMatchObject([
    { outcome: 'undecided', error: { code: 'model_unavailable' }, closed_by: 'time' },
  ])
  expect(decisions()[0]?.error?.message).toContain('model_timeout')
  expect(deadLetters()).toHaveLength(3)
  for (const n of [4, 5, 6, 7, 8])
    send({ event_id: `e-${n}`, event_type: 'trade', context_key: 'BTC', data: { volume: 1 } })
  clock.advanceTo(START_MS + 41_000)
  expect(decisions()[1]).toMatchObject({ outcome: 'triggered', closed_by: 'size' })
})

test('leaves all windows of a key undecided hold_seconds after they closed, not a few at a time', () => {
  const down = () => new PipelineError('model_unreachable', 'refused')
  const llm_config = { description: 'x', trigger_mode: 'realtime' }
  const rules = [{ ...hybrid, rule_config: { rule_type: 'llm', llm_config } }]
  const pipeline = run(down, { rules, holdMs: 60_000, bounds: {} })
  for (let n = 0; n < 50; n++) {
    pipeline.send({ event_id: `e-${n}`, event_type: 'trade', context_key: 'one', data: {} })
  }
  pipeline.clock.advanceTo(START_MS + 59_999)
  expect(pipeline.decisions()).toHaveLength(0)
  pipeline.clock.advanceTo(START_MS + 60_000)
  expect(pipeline.decisions().map(({ error }) => error?.code)).toEqual(Array(50).fill('model_unavailable'))
})
