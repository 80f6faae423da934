import { expect, test } from 'vitest'
import { runnableRules } from '../../../pipeline/rules/runnable-rules.ts'
import { configSchema } from '../../../schemas/config.ts'
import { type Rule, ruleSchema } from '../../../schemas/rule.ts'
import { traditionalRule } from '../../support/traditional-rule.ts'

const { models } = configSchema.parse({
  sources: [{ topic: 'events' }],
  models: {
    default: 'fast',
    fast: { provider: 'openai', base_url: 'http://localhost:1/v1', model: 'm' },
    local: { provider: 'llama', path: 'm.gguf' },
  },
})

function asking(ruleId: string, model?: string, more: object = {}): Rule {
  const rule_config = { rule_type: 'llm', llm_config: { description: 'x', ...(model && { model }) } }
  return ruleSchema.parse({ rule_id: ruleId, name: ruleId, event_types: ['x'], rule_config, ...more })
}

test('passes on rules without a model, and those whose model is there', () => {
  const told: unknown[] = []
  const runnable = runnableRules({ models, onUnrunnable: ids => told.push(ids) })
  const rules = [traditionalRule('a'), asking('b'), asking('c', 'gone'), asking('d', 'local')]
  expect(runnable(rules).map(({ rule_id }) => rule_id)).toEqual(['a', 'b'])
  runnable(rules)
  expect(told).toEqual([['c', 'd']])
  runnable([asking('c', 'gone', { enabled: false }), asking('d', 'fast')])
  expect(told).toEqual([['c', 'd'], []])
})

test('has none that asks where there is no model at all', () => {
  const runnable = runnableRules({ models: undefined, onUnrunnable: () => undefined })
  expect(runnable([traditionalRule('a'), asking('b')]).map(({ rule_id }) => rule_id)).toEqual(['a'])
})
