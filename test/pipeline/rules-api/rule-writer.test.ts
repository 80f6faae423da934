import { describe, expect, test } from 'vitest'
import type { FieldProblem } from '../../../pipeline/http/problem-document.ts'
import { rulesServer } from '../../support/rules-server.ts'

const rule = {
  name: 'a',
  event_types: ['x'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'a > 1' } },
}
const warning = { path: 'rule_config.pre_filter.expression', message: 'no recent event has a' }

describe('dry_run=true', () => {
  test('says of a new rule what it would be, and what is doubtful about it', async () => {
    const { ask, log } = await rulesServer({ warningsOf: () => [warning] })
    const { status, body } = await ask('POST', '/rules?dry_run=true', { body: { ...rule, rule_id: 'a' } })
    expect(status).toBe(200)
    expect(body).toMatchObject({ rule: { rule_id: 'a', metadata: { version: 1 } }, warnings: [warning] })
    expect(body).toMatchObject({
      changes: expect.arrayContaining([
        { path: 'name', before: null, after: 'a' },
        { path: 'event_types', before: null, after: ['x'] },
        { path: 'rule_config.pre_filter.expression', before: null, after: 'a > 1' },
      ]),
    })
    expect(log.records).toEqual([])
  })

  test.each([
    ['PUT', { ...rule, name: 'b', rule_config: { rule_type: 'llm', llm_config: { description: 'd' } } }],
    [
      'PATCH',
      { name: 'b', rule_config: { rule_type: 'llm', pre_filter: null, llm_config: { description: 'd' } } },
    ],
  ])('says of a %s field by field what would change, and changes nothing', async (method, body) => {
    const { ask, store } = await rulesServer()
    await ask('POST', '/rules', { body: { ...rule, rule_id: 'a' } })
    const answer = await ask(method, '/rules/a?dry_run=true', { body })
    expect(answer).toMatchObject({ status: 200, body: { rule: { metadata: { version: 2 } }, warnings: [] } })
    expect(answer.body).toMatchObject({
      changes: [
        { path: 'name', before: 'a', after: 'b' },
        { path: 'rule_config.rule_type', before: 'traditional', after: 'llm' },
        { path: 'rule_config.pre_filter', before: { expression: 'a > 1' }, after: null },
        { path: 'rule_config.llm_config.description', before: null, after: 'd' },
        { path: 'rule_config.llm_config.trigger_mode', before: null, after: 'realtime' },
        { path: 'rule_config.llm_config.confidence_threshold', before: null, after: 0.7 },
        { path: 'rule_config.llm_config.call_priority', before: null, after: 'medium' },
        { path: 'rule_config.llm_config.on_failure', before: null, after: 'dead_letter' },
        { path: 'rule_config.llm_config.on_budget', before: null, after: 'skip' },
      ],
    })
    expect(store.rules.get('a')).toMatchObject({ name: 'a', metadata: { version: 1 } })
  })

  test('refuses what would be refused', async () => {
    const { ask } = await rulesServer()
    await ask('POST', '/rules', { body: { ...rule, rule_id: 'a' } })
    const statusOf = async (...asking: Parameters<typeof ask>) => (await ask(...asking)).status
    expect(await statusOf('POST', '/rules?dry_run=true', { body: { ...rule, rule_id: 'a' } })).toBe(409)
    expect(await statusOf('PUT', '/rules/gone?dry_run=true', { body: rule })).toBe(404)
    expect(await statusOf('PUT', '/rules/a?dry_run=true', { body: { ...rule, name: '' } })).toBe(422)
    const headers = { 'if-match': '"7"' }
    expect(await statusOf('PATCH', '/rules/a?dry_run=true', { body: {}, headers })).toBe(412)
    expect(await statusOf('PATCH', '/rules/a?dry_run=yes', { body: {} })).toBe(400)
    expect(await statusOf('PATCH', '/rules/a?force=', { body: {} })).toBe(400)
  })
})

test('refuses a rule whose own tests fail, unless it is forced', async () => {
  const failing: FieldProblem = { path: 'tests.0', message: 'no alert: the window holds 4 of 5' }
  const { ask, store } = await rulesServer({
    failingTests: ({ priority }) => Promise.resolve(priority > 100 ? [failing] : []),
  })
  await ask('POST', '/rules', { body: { ...rule, rule_id: 'a' } })
  for (const [method, path] of [
    ['POST', '/rules'],
    ['PUT', '/rules/a'],
    ['PATCH', '/rules/a'],
    ['PUT', '/rules/a?dry_run=true'],
    ['PUT', '/rules/a?force=false'],
  ] as const) {
    const answer = await ask(method, path, { body: { ...rule, priority: 200 } })
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid', problems: [failing] } })
  }
  expect(store.rules.get('a')?.metadata.version).toBe(1)
  const forced = await ask('PUT', '/rules/a?force=true', { body: { ...rule, priority: 200 } })
  expect(forced).toMatchObject({ status: 200, body: { priority: 200, metadata: { version: 2 } } })
})

test('lets changes at once each go over the one before, also when their tests take a while', async () => {
  const { ask, store } = await rulesServer({ failingTests: () => Promise.resolve([]) })
  await ask('POST', '/rules', { body: { ...rule, rule_id: 'a' } })
  const patches = [{ name: 'b' }, { priority: 7 }, { description: 'd' }, { event_types: ['y'] }]
  const answers = await Promise.all(patches.map(body => ask('PATCH', '/rules/a', { body })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(store.rules.get('a')).toMatchObject({
    name: 'b',
    priority: 7,
    description: 'd',
    event_types: ['y'],
    metadata: { version: 5 },
  })
})

test('of many that make one rule at once, one is first', async () => {
  const { ask } = await rulesServer()
  const answers = await Promise.all(
    [1, 2, 3].map(() => ask('POST', '/rules', { body: { ...rule, rule_id: 'a' } })),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409])
})
