import { expect, test } from 'vitest'
import type { Decision } from '../../schemas/decision.ts'
import { type MemoryPipeline, memoryPipeline } from '../support/memory-pipeline.ts'
import { type ScriptedModel, scriptedModel } from '../support/scripted-model.ts'

const batch = ruleOf({ trigger_mode: 'batch', batch_size: 3, max_wait_seconds: 60 })
const realtime = ruleOf({ trigger_mode: 'realtime' })

function ruleOf(mode: Readonly<Record<string, unknown>>, version = 1) {
  const llm_config = { description: 'x', ...mode }
  return {
    rule_id: 'spree',
    name: 'Spree',
    event_types: ['trade'],
    rule_config: { rule_type: 'llm', llm_config },
    metadata: { version },
  }
}

interface Bench extends MemoryPipeline {
  readonly model: () => ScriptedModel
  trade(id: string): void
}

function benchWith(rules: readonly unknown[], latencyMs = 0): Bench {
  let model: ScriptedModel | undefined
  const pipeline = memoryPipeline({
    rules,
    model: clock => {
      model = scriptedModel({ clock, latencyMs })
      return model.ask
    },
  })
  return {
    ...pipeline,
    model: () => {
      if (model === undefined) throw new Error('no model yet')
      return model
    },
    trade: id => {
      pipeline.send({ event_id: id, event_type: 'trade', context_key: 'k', data: {} })
    },
  }
}

const pass = ({ clock }: Bench, ms: number) => {
  clock.advanceTo(clock.now() + ms)
}
const idsOf = ({ events }: Decision) => events.map(({ event_id }) => event_id)
const seen = (decision: Decision) => [decision.outcome, decision.rule_version, ...idsOf(decision)]

test('a rule that is made while the lanes run meets the next event', () => {
  const pipeline = benchWith([])
  pipeline.start()
  pipeline.trade('before')
  pipeline.changeRules([realtime])
  pipeline.trade('after')
  expect(pipeline.decisions().map(seen)).toEqual([['triggered', 1, 'after']])
})

test('a record waits in DECIDE until its process knows the rules as ROUTE did', () => {
  const pipeline = benchWith([])
  pipeline.start()
  pipeline.changeRules([realtime], ['route'])
  pipeline.trade('early')
  pass(pipeline, 10_000)
  expect(pipeline.decisions()).toEqual([])
  pipeline.changeRules([realtime], ['decide'])
  expect(pipeline.decisions().map(seen)).toEqual([['triggered', 1, 'early']])
})

test('a crash between the write of a rule and the first record that needs it cancels nothing', () => {
  const pipeline = benchWith([])
  const crashed = pipeline.start()
  pipeline.changeRules([realtime], ['route'])
  pipeline.trade('first')
  crashed.unsubscribe()
  // The next owner begins with what it had read of the rules, which is less.
  pipeline.start()
  pipeline.trade('second')
  expect(pipeline.decisions()).toEqual([])
  pipeline.changeRules([realtime], ['decide'])
  expect(pipeline.decisions().map(seen)).toEqual([
    ['triggered', 1, 'first'],
    ['triggered', 1, 'second'],
  ])
})

test('a window keeps the version that it opened with, and what joins it is judged by that', () => {
  const pipeline = benchWith([batch])
  pipeline.start()
  pipeline.trade('a')
  pipeline.changeRules([ruleOf({ trigger_mode: 'batch', batch_size: 2, max_wait_seconds: 60 }, 2)])
  pipeline.trade('b')
  expect(pipeline.decisions()).toEqual([])
  pipeline.trade('c')
  pipeline.trade('d')
  pipeline.trade('e')
  expect(pipeline.decisions().map(seen)).toEqual([
    ['triggered', 1, 'a', 'b', 'c'],
    ['triggered', 2, 'd', 'e'],
  ])
})

test.each([
  ['deleted', []],
  ['disabled', [{ ...batch, enabled: false }]],
])('a rule that is %s ends its open window as cancelled when it is due, without a call', (_, rules) => {
  const pipeline = benchWith([batch])
  pipeline.start()
  pipeline.trade('a')
  pipeline.changeRules(rules)
  pipeline.trade('not routed')
  pass(pipeline, 60_000)
  expect(pipeline.decisions()).toMatchObject([
    { outcome: 'cancelled', closed_by: 'rule_change', event_count: 1, trigger_mode: null },
  ])
  expect(pipeline.alerts()).toEqual([])
  expect(pipeline.model().calls).toEqual([])
})

test('windows that wait for their turn when their rule goes are cancelled, without a call', () => {
  const pipeline = benchWith([realtime], 1000)
  pipeline.start()
  // judging_per_key_max of them are at the model at once.
  for (let n = 0; n < 20; n++) pipeline.trade(`e-${n}`)
  const asked = pipeline.model().calls.length
  pipeline.changeRules([])
  pass(pipeline, 60_000)
  const outcomes = pipeline.decisions().map(({ outcome }) => outcome)
  expect(asked).toBe(8)
  expect(pipeline.model().calls).toHaveLength(asked)
  expect(outcomes.filter(outcome => outcome === 'triggered')).toHaveLength(asked)
  expect(outcomes.filter(outcome => outcome === 'cancelled')).toHaveLength(20 - asked)
})

test('nothing of a lane moves while it waits for rules', () => {
  const pipeline = benchWith([batch])
  pipeline.start()
  pipeline.trade('a')
  pipeline.changeRules([realtime], ['route'])
  for (let n = 0; n < 50; n++) pipeline.trade(`later-${n}`)
  // The window of `a` was due long ago: time stands still in a lane that waits.
  pass(pipeline, 120_000)
  expect(pipeline.decisions()).toEqual([])
  pipeline.changeRules([realtime], ['decide'])
  pass(pipeline, 60_000)
  expect(pipeline.decisions().flatMap(idsOf)).toHaveLength(51)
})

test('what still comes for a rule that is gone joins its open window, so that events of a key end in their order', () => {
  const pipeline = benchWith([batch])
  pipeline.start()
  pipeline.trade('a')
  // ROUTE of another process knows it later.
  pipeline.changeRules([], ['decide'])
  pipeline.trade('b')
  expect(pipeline.decisions()).toEqual([])
  pass(pipeline, 60_000)
  pipeline.trade('c')
  expect(pipeline.decisions().map(seen)).toEqual([
    ['cancelled', 1, 'a', 'b'],
    ['cancelled', 1, 'c'],
  ])
})
