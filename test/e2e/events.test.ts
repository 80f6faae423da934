import { expect, test } from 'vitest'
import { PipelineError } from '../../schemas/failure.ts'
import {
  memoryPipeline,
  type MemoryPipelineOptions,
  SOURCE_TOPIC,
  START_MS,
} from '../support/memory-pipeline.ts'
import { type ModelCall, scriptedModel, type ScriptedModelOptions } from '../support/scripted-model.ts'

const WORK = 'llmtrigger.work'
const big = rule('big', { rule_type: 'traditional', pre_filter: { expression: 'volume > 10' } })
const plain = rule('plain', { rule_type: 'llm', llm_config: { description: 'x' } })
const batch = rule('batch', {
  rule_type: 'llm',
  llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 2, max_wait_seconds: 30 },
})

function rule(ruleId: string, ruleConfig: unknown) {
  return { rule_id: ruleId, name: ruleId, event_types: ['trade'], rule_config: ruleConfig }
}

interface RunOptions extends Omit<ScriptedModelOptions, 'clock'> {
  readonly bounds?: MemoryPipelineOptions['bounds']
}

function run(rules: readonly unknown[], { bounds = {}, ...script }: RunOptions = {}) {
  let calls: readonly ModelCall[] = []
  const counted: Record<string, number> = {}
  const count = (name: string, by: number) => {
    counted[name] = (counted[name] ?? 0) + by
  }
  const pipeline = memoryPipeline({
    rules,
    bounds,
    model: clock => {
      const model = scriptedModel({ clock, ...script })
      calls = model.calls
      return model.ask
    },
    telemetry: {
      rulesEvaluated: (ruleId, result, by) => {
        count(`${ruleId} ${result}`, by)
      },
      eventsSkipped: (_, reason, by) => {
        count(reason, by)
      },
      deadLettered: (stage, reason) => {
        count(`${stage} ${reason}`, 1)
      },
    },
  })
  const running = pipeline.start()
  const raw = (value: string | null) => {
    pipeline.log.append(SOURCE_TOPIC, { key: 'k', value, headers: { trace: 'abc' } })
  }
  const trade = (n: number, more = {}) => {
    pipeline.send({
      event_id: `e-${n}`,
      event_type: 'trade',
      context_key: 'BTC',
      data: { volume: n },
      ...more,
    })
  }
  const routed = () => pipeline.log.committed('g.route', SOURCE_TOPIC, 0).offset
  const idle = () => {
    pipeline.clock.advanceTo(pipeline.clock.now() + 2000)
  }
  return { ...pipeline, running, calls: () => calls, counted, raw, trade, routed, idle }
}

function decidedOffset({ log }: Pick<ReturnType<typeof run>, 'log'>, partition: number): number {
  return log.committed('g.decide', WORK, partition).offset
}

test.each([
  ['broken JSON', '{"event_type": "trade"', 'event_invalid'],
  ['a JSON text', '"trade"', 'event_invalid'],
  ['an event without event_type', '{"data": {}}', 'event_invalid'],
  ['a timestamp that is no time', '{"event_type": "trade", "timestamp": "yesterday"}', 'event_invalid'],
  [
    'a value over event_bytes_max',
    `{"event_type": "trade", "data": {"t": "${'x'.repeat(300)}"}}`,
    'event_too_large',
  ],
])('dead-letters %s with its reason and coordinates, and goes on', (_, value, reason) => {
  const { raw, trade, deadLetters, decisions, routed, counted, log } = run([big], {
    bounds: { event_bytes_max: 250 },
  })
  trade(11)
  raw(value)
  trade(12)
  expect(deadLetters().map(letter => letter.value)).toEqual([value])
  expect(log.records('llmtrigger.dead-letter')[0]?.key?.toString()).toBe('k')
  expect(deadLetters()[0]?.headers).toEqual({
    trace: 'abc',
    'llmtrigger-stage': 'route',
    'llmtrigger-reason': reason,
    'llmtrigger-detail': expect.stringMatching(/./),
    'llmtrigger-target': SOURCE_TOPIC,
    'llmtrigger-topic': SOURCE_TOPIC,
    'llmtrigger-partition': '0',
    'llmtrigger-offset': '1',
    'llmtrigger-at': new Date(START_MS).toISOString(),
    'llmtrigger-truncated': 'false',
  })
  expect(decisions().map(({ events }) => events[0]?.offset)).toEqual(['0', '2'])
  expect([routed(), counted[`route ${reason}`]]).toEqual([3, 1])
})

test('skips a tombstone, counts it, and goes on', () => {
  const { raw, trade, deadLetters, decisions, counted, routed } = run([big])
  raw(null)
  trade(11)
  expect([decisions().length, deadLetters().length, counted['tombstone'], routed()]).toEqual([1, 0, 1, 2])
})

test('commits the offset of events that came to nothing', () => {
  const { trade, routed, idle } = run([big])
  for (const n of [1, 2, 3]) trade(n)
  idle()
  expect(routed()).toBe(3)
})

test('dead-letters an event that too many rules pass, with none of its work', () => {
  const rules = Array.from({ length: 3 }, (_, n) => ({ ...big, rule_id: `big-${n}` }))
  const { trade, deadLetters, log, routed } = run(rules, { bounds: { matches_per_event_max: 2 } })
  trade(11)
  expect(deadLetters()[0]?.headers).toMatchObject({
    'llmtrigger-reason': 'too_many_matches',
    'llmtrigger-offset': '0',
  })
  expect([log.records(WORK).length, routed()]).toEqual([0, 1])
})

test.each([
  ['no JSON', 'junk'],
  ['no work', '{"work_id": "w"}'],
  ['a tombstone', null],
])('dead-letters a record on work that is %s, and the lane goes on', (_, value) => {
  const pipeline = run([plain])
  pipeline.trade(1)
  const partition = pipeline.decisions()[0]?.work_partition ?? -1
  pipeline.log.append(WORK, { key: 'junk', value, partition })
  pipeline.trade(2)
  pipeline.idle()
  expect(pipeline.deadLetters()[0]?.headers).toMatchObject({
    'llmtrigger-stage': 'decide',
    'llmtrigger-reason': 'work_invalid',
    'llmtrigger-target': WORK,
    'llmtrigger-topic': WORK,
    'llmtrigger-partition': `${partition}`,
    'llmtrigger-offset': '1',
  })
  expect(pipeline.deadLetters()).toHaveLength(1)
  expect(pipeline.decisions().map(({ events }) => events[0]?.event_id)).toEqual(['e-1', 'e-2'])
  expect([decidedOffset(pipeline, partition), pipeline.counted['decide work_invalid']]).toEqual([3, 1])
})

test.each([
  'missing > 1',
  '!(missing > 1)',
  'missing != 1',
  '!(missing == 1)',
  'volume < "text"',
  '!(volume < "text")',
])('does not match by %s where it cannot be evaluated, and counts it as unknown', expression => {
  const { trade, counted, decisions, log } = run([
    rule('odd', { rule_type: 'traditional', pre_filter: { expression } }),
  ])
  for (const n of [1, 2, 3]) trade(n)
  expect(counted).toEqual({ 'odd unknown': 3 })
  expect([decisions().length, log.records(WORK).length]).toEqual([0, 0])
})

test('judges an event_id once within dedupe_seconds for each rule and key, and again after', () => {
  const { trade, clock, calls, decisions } = run([plain])
  const ids = () => decisions().map(({ key, events }) => `${key} ${events[0]?.offset ?? ''}`)
  trade(1)
  trade(1)
  trade(1, { context_key: 'ETH' })
  clock.advanceTo(START_MS + 600_000)
  trade(1)
  expect(ids().toSorted()).toEqual(['BTC 0', 'ETH 2'])
  clock.advanceTo(START_MS + 600_001)
  trade(1)
  expect(ids().toSorted()).toEqual(['BTC 0', 'BTC 4', 'ETH 2'])
  expect(calls()).toHaveLength(3)
})

test('judges an event_id once over a crash as well', () => {
  const { trade, running, start, calls } = run([plain])
  trade(1)
  running.unsubscribe()
  start()
  trade(1)
  expect(calls()).toHaveLength(1)
})

test('lets the event of an undecided window come again', () => {
  const answer = (_: ModelCall, n: number) =>
    n === 0 ? new PipelineError('model_refused', 'made to refuse') : { should_trigger: true, confidence: 0.9 }
  const { trade, decisions } = run([plain], { answer })
  for (const _ of [1, 2, 3]) trade(1)
  expect(decisions().map(({ outcome }) => outcome)).toEqual(['undecided', 'triggered'])
})

test('names a repeat beyond the watermark in the next decision of the lane, and passes one at it', () => {
  const pipeline = run([batch])
  pipeline.trade(1)
  pipeline.trade(1)
  expect(pipeline.decisions()).toEqual([])
  pipeline.trade(2)
  const [decision] = pipeline.decisions()
  expect(decision?.events.map(({ work_offset }) => work_offset)).toEqual(['0', '2'])
  expect(decision?.repeats.map(({ work_offset }) => work_offset)).toEqual(['1'])
  const partition = decision?.work_partition ?? -1
  expect(decidedOffset(pipeline, partition)).toBe(3)
  pipeline.trade(2)
  pipeline.idle()
  expect(decidedOffset(pipeline, partition)).toBe(4)
  expect(pipeline.decisions()).toHaveLength(1)
})

test.each([
  ['gone', []],
  ['disabled', [{ ...batch, enabled: false }]],
])('cancels what is undecided when its rule is %s after a restart, and asks nobody', (_, rules) => {
  const { trade, running, changeRules, start, decisions, calls, alerts, deadLetters } = run([batch])
  trade(1)
  running.unsubscribe()
  changeRules(rules)
  start()
  expect(decisions()).toMatchObject([
    {
      outcome: 'cancelled',
      closed_by: 'rule_change',
      rule_id: 'batch',
      rule_version: 1,
      event_count: 1,
      attempts: 0,
    },
  ])
  expect([calls().length, alerts().length, deadLetters().length]).toEqual([0, 0, 0])
})

test('lets the event of a cancelled window come again', () => {
  const { trade, running, changeRules, start, decisions } = run([batch])
  trade(1)
  running.unsubscribe()
  changeRules([])
  start().unsubscribe()
  changeRules([batch])
  start()
  trade(1)
  trade(2)
  expect(decisions().map(({ outcome, event_count }) => [outcome, event_count])).toEqual([
    ['cancelled', 1],
    ['triggered', 2],
  ])
})

test('judges what is undecided after a restart by the newest version', () => {
  const { trade, running, changeRules, start, decisions } = run([batch])
  trade(1)
  running.unsubscribe()
  changeRules([{ ...batch, metadata: { version: 2 } }])
  start()
  trade(2)
  expect(decisions()).toMatchObject([{ rule_version: 2, event_count: 2, outcome: 'triggered' }])
})
