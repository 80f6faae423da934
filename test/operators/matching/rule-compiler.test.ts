import { expect, test } from 'vitest'
import { RuleCompiler } from '../../../operators/matching/rule-compiler.ts'
import { ruleSchema } from '../../../schemas/rule.ts'

function rule(expression: string) {
  return ruleSchema.parse({
    rule_id: 'r',
    name: 'a rule',
    event_types: ['trade'],
    rule_config: { rule_type: 'traditional', pre_filter: { expression } },
  })
}

test('keeps few slots of rules that are gone, however often rules change', () => {
  const sizes: number[] = []
  let compiler = new RuleCompiler()
  for (let change = 0; change < 200; change += 1) {
    compiler = compiler.forNextTable()
    const rules = Array.from({ length: 20 }, (_, index) => rule(`f${change}_${index} > 1`))
    compiler.beginTable()
    for (const changed of rules) compiler.use(changed)
    sizes.push(compiler.fields.size)
  }
  expect(Math.max(...sizes)).toBeGreaterThan(1024)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 + 3 * 20)
})

test('keeps what was compiled while rules use it, and gives the same field the same slot', () => {
  const compiler = new RuleCompiler()
  const given = rule('volume > 1 && data.volume < price')
  compiler.beginTable()
  const compiled = compiler.use(given)
  expect(compiled.slots.size).toBe(2)
  expect(compiler.forNextTable().use(given)).toBe(compiled)
  expect(compiler.use(rule('price > 1')).slots).toEqual(new Set([1]))
})
