import { lastValueFrom } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PROBLEMS_TOLD_MAX } from '../../../pipeline/rules-api/field-problems.ts'
import { RULES_MAX, rulesServer } from '../../support/rules-server.ts'

const hybrid = {
  name: 'Buying spree',
  event_types: ['trade.signal'],
  rule_config: {
    rule_type: 'hybrid',
    pre_filter: { expression: 'side == "buy" && volume > 50000' },
    llm_config: { description: 'Several large buys in a row', trigger_mode: 'batch', batch_size: 5 },
  },
}
const traditional = {
  name: 'CPU high',
  event_types: ['system.metric'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'cpu_usage > 0.95' } },
}

const problemsSchema = z.object({ problems: z.array(z.looseObject({ path: z.string() })) })

async function startWith(...ids: readonly string[]) {
  const server = await rulesServer()
  for (const id of ids) await server.ask('POST', '/rules', { body: { ...traditional, rule_id: id } })
  return server
}

test('keeps a rule from its creation over every kind of change to its end', async () => {
  const { ask } = await rulesServer()
  const created = await ask('POST', '/rules', { body: hybrid })
  expect(created.status).toBe(201)
  const location = created.headers.get('location') ?? ''
  expect(location).toMatch(/^\/api\/v1\/rules\/rule_20261120_[0-9a-f]{8}$/)
  const path = location.replace('/api/v1', '')
  const id = path.replace('/rules/', '')
  const times = { created_by: 'api', created_at: '2026-11-20T10:00:01.000Z' }
  const whole = {
    ...hybrid,
    rule_id: id,
    description: '',
    enabled: true,
    priority: 100,
    rule_config: {
      ...hybrid.rule_config,
      llm_config: {
        ...hybrid.rule_config.llm_config,
        max_wait_seconds: 60,
        confidence_threshold: 0.7,
        call_priority: 'medium',
        on_failure: 'dead_letter',
        on_budget: 'skip',
      },
    },
    notify_policy: { targets: [], rate_limit: { max_per_minute: 5, cooldown_seconds: 60 } },
    metadata: { ...times, updated_by: 'api', updated_at: times.created_at, version: 1 },
  }
  expect(created.body).toEqual(whole)
  expect((await ask('GET', '/rules')).body).toEqual({ items: [whole], next_cursor: null })
  const filtered = await ask('GET', '/rules?event_type=trade.signal&enabled=true&name_contains=SPREE')
  expect(filtered.body).toEqual({ items: [whole], next_cursor: null })
  const found = await ask('GET', path)
  expect([found.status, found.body, found.headers.get('etag')]).toEqual([200, whole, '"1"'])
  const patched = await ask('PATCH', path, { body: { description: 'New', enabled: false } })
  const secondAt = '2026-11-20T10:00:05.000Z'
  const second = { ...times, updated_by: 'api', updated_at: secondAt, version: 2 }
  expect(patched.body).toEqual({ ...whole, description: 'New', enabled: false, metadata: second })
  expect([patched.status, patched.headers.get('etag')]).toEqual([200, '"2"'])
  const put = await ask('PUT', path, { body: { ...traditional, priority: 300 } })
  expect(put.body).toMatchObject({
    ...traditional,
    rule_id: id,
    description: '',
    enabled: true,
    priority: 300,
    metadata: { ...times, version: 3 },
  })
  expect(put.body).not.toHaveProperty('rule_config.llm_config')
  const status = await ask('PATCH', `${path}/status`, { body: { enabled: false } })
  expect([status.status, status.headers.get('etag')]).toEqual([200, '"4"'])
  expect(status.body).toMatchObject({ name: 'CPU high', enabled: false, metadata: { version: 4 } })
  const gone = await ask('DELETE', path)
  expect([gone.status, gone.body]).toEqual([204, null])
  const after = await ask('GET', path)
  expect(after).toMatchObject({ status: 404, body: { code: 'not_found', detail: `no rule is named ${id}` } })
})

test.each([
  [{ ...hybrid, name: '' }, ['name']],
  [{ ...hybrid, event_types: [] }, ['event_types']],
  [{ name: 'a' }, ['event_types', 'rule_config']],
  [{ ...hybrid, rule_config: { rule_type: 'llm' } }, ['rule_config.llm_config']],
  [{ ...hybrid, rule_config: { rule_type: 'traditional' } }, ['rule_config.pre_filter']],
  [{ ...hybrid, rule_config: { ...hybrid.rule_config, rule_type: 'llm' } }, ['rule_config.pre_filter']],
  [{ ...hybrid, rule_id: 'a b' }, ['rule_id']],
  [{ ...hybrid, rule_id: null }, ['rule_id']],
  [{ ...hybrid, rule_id: 7 }, ['rule_id']],
])('answers a rule such as %j with 422 and the paths %j', async (body, paths) => {
  const { ask, log } = await rulesServer()
  const { status, body: problem, headers } = await ask('POST', '/rules', { body })
  expect(headers.get('content-type')).toContain('application/problem+json')
  expect([status, problem]).toEqual([422, expect.objectContaining({ status: 422, code: 'invalid' })])
  expect(problem).toMatchObject({
    problems: paths.map(path => ({ path, message: expect.stringMatching(/./) })),
  })
  expect(log.records).toEqual([])
})

test('tells problems of the shape, of the model and of the expression in one answer, with line and column', async () => {
  const { ask } = await startWith('a')
  const body = {
    ...hybrid,
    priority: 1001,
    rule_config: {
      rule_type: 'hybrid',
      pre_filter: { expression: 'volume > 5 &&\n  foo(side)' },
      llm_config: { description: 'd', trigger_mode: 'batch', batch_size: 0, model: 'fats' },
    },
  }
  const problems = [
    { path: 'priority', message: 'must be at most 1000' },
    { path: 'rule_config.llm_config.batch_size', message: 'must be at least 1' },
    {
      path: 'rule_config.llm_config.model',
      message: 'no such model is configured; did you mean fast?',
    },
    {
      path: 'rule_config.pre_filter.expression',
      message: expect.stringContaining('no function foo'),
      line: 2,
      column: 3,
    },
  ]
  for (const [method, path] of [
    ['POST', '/rules'],
    ['PUT', '/rules/a'],
    ['PATCH', '/rules/a'],
  ] as const)
    expect(await ask(method, path, { body })).toMatchObject({ status: 422, body: { problems } })
  const validated = await ask('POST', '/rules/validate', { body })
  expect([validated.status, validated.body]).toEqual([200, { valid: false, problems }])
})

test('tells so many problems of a rule and no more, and how many there are beside', async () => {
  const { ask } = await rulesServer()
  const body = { ...traditional, event_types: Array.from({ length: PROBLEMS_TOLD_MAX + 3 }, () => '') }
  const { problems } = problemsSchema.parse((await ask('POST', '/rules', { body })).body)
  expect(problems).toHaveLength(PROBLEMS_TOLD_MAX + 1)
  expect(problems.at(-1)).toEqual({ path: '', message: 'and 3 more problems' })
})

test('validates a rule without keeping it, with or without an id', async () => {
  const { ask, log } = await rulesServer()
  for (const body of [hybrid, { ...traditional, rule_id: 'a' }]) {
    const { status, body: answer } = await ask('POST', '/rules/validate', { body })
    expect([status, answer]).toEqual([200, { valid: true, problems: [] }])
  }
  expect(log.records).toEqual([])
})

test('takes away a rule for who says that there is a body where there is none', async () => {
  const { ask } = await startWith('a')
  const headers = { 'content-type': 'application/json' }
  expect((await ask('DELETE', '/rules/a', { headers })).status).toBe(204)
})

test('lets a rule be named as a path beside it is', async () => {
  const { ask } = await startWith('validate')
  expect((await ask('GET', '/rules/validate')).body).toMatchObject({ rule_id: 'validate' })
  expect((await ask('DELETE', '/rules/validate')).status).toBe(204)
  const other = await ask('POST', '/rules/a')
  expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET, PUT, PATCH, DELETE, HEAD'])
})

describe('a body that is absent, not JSON or no object is answered with 400', () => {
  test.each(['', '{"name": ', '[]', '"text"', 'null', '7'])('%s', async text => {
    const { ask, log } = await startWith('a')
    const before = log.records.length
    for (const [method, path] of [
      ['POST', '/rules'],
      ['POST', '/rules/validate'],
      ['PUT', '/rules/a'],
      ['PATCH', '/rules/a'],
      ['PATCH', '/rules/a/status'],
    ] as const) {
      const asking = text === '' ? {} : { body: text }
      expect(await ask(method, path, asking)).toMatchObject({ status: 400, body: { code: 'malformed' } })
    }
    expect(log.records).toHaveLength(before)
  })
})

test('answers every way to a rule that is not there with 404', async () => {
  const { ask } = await rulesServer()
  for (const [method, path, body] of [
    ['GET', '/rules/gone', undefined],
    ['PUT', '/rules/gone', traditional],
    ['PATCH', '/rules/gone', {}],
    ['PATCH', '/rules/gone/status', { enabled: true }],
    ['DELETE', '/rules/gone', undefined],
    ['GET', '/rules/constructor', undefined],
  ] as const)
    expect(await ask(method, path, { body })).toMatchObject({ status: 404, body: { code: 'not_found' } })
})

test('answers an id that exists with 409, and makes ids that do not', async () => {
  const ids = ['a', 'a', 'b']
  const { ask } = await rulesServer({ newId: () => ids.shift() ?? 'c' })
  expect((await ask('POST', '/rules', { body: traditional })).body).toMatchObject({ rule_id: 'a' })
  expect((await ask('POST', '/rules', { body: traditional })).body).toMatchObject({ rule_id: 'b' })
  const taken = await ask('POST', '/rules', { body: { ...traditional, rule_id: 'a' } })
  expect(taken).toMatchObject({ status: 409, body: { code: 'exists' } })
})

test('takes a rule back as it was answered, and refuses another id in it', async () => {
  const { ask, store } = await startWith('a')
  const { body } = await ask('GET', '/rules/a')
  const put = await ask('PUT', '/rules/a', { body })
  expect(put).toMatchObject({ status: 200, body: { metadata: { version: 2 } } })
  for (const method of ['PUT', 'PATCH'])
    expect(await ask(method, '/rules/a', { body: { ...traditional, rule_id: 'b' } })).toMatchObject({
      status: 422,
      body: { problems: [{ path: 'rule_id' }] },
    })
  expect([...store.rules.keys()]).toEqual(['a'])
})

test('merges a patch: null takes away, an object is merged, a list replaces', async () => {
  const { ask } = await rulesServer()
  await ask('POST', '/rules', { body: { ...hybrid, rule_id: 'a', description: 'x', group_by: ['data.a'] } })
  const body = {
    description: null,
    group_by: null,
    event_types: ['b'],
    rule_config: { llm_config: { batch_size: 9 } },
    metadata: { version: 70, created_by: 'file' },
  }
  const patched = await ask('PATCH', '/rules/a', { body })
  expect(patched).toMatchObject({
    status: 200,
    body: {
      description: '',
      event_types: ['b'],
      rule_config: { llm_config: { batch_size: 9, max_wait_seconds: 60 }, pre_filter: {} },
      metadata: { version: 2, created_by: 'api' },
    },
  })
  expect(patched.body).not.toHaveProperty('group_by')
  const required = await ask('PATCH', '/rules/a', { body: { name: null } })
  expect(required).toMatchObject({
    status: 422,
    body: { problems: [{ path: 'name', message: 'is required' }] },
  })
  expect((await ask('PATCH', '/rules/a', { body: {} })).body).toMatchObject({ metadata: { version: 3 } })
})

test.each([{}, { enabled: 'true' }, { enabled: null }, { enabled: true, name: 'b' }])(
  'answers a status such as %j with 422',
  async body => {
    const { ask } = await startWith('a')
    expect(await ask('PATCH', '/rules/a/status', { body })).toMatchObject({
      status: 422,
      body: { code: 'invalid' },
    })
  },
)

test('disables a rule that is wrong by now, and does not enable it', async () => {
  const { ask, store } = await startWith('a')
  const before = store.rules.get('a')
  if (before === undefined) throw new Error('there is no rule')
  const rule_config = { rule_type: 'llm', llm_config: { description: 'd', model: 'gone' } } as const
  const llm_config = {
    ...rule_config.llm_config,
    trigger_mode: 'realtime',
    confidence_threshold: 0.7,
    call_priority: 'medium',
    on_failure: 'dead_letter',
    on_budget: 'skip',
  } as const
  const rule = { ...before, rule_config: { ...rule_config, llm_config } }
  await lastValueFrom(store.change(() => [{ ruleId: 'a', rule }]))
  expect((await ask('PATCH', '/rules/a/status', { body: { enabled: false } })).status).toBe(200)
  expect(await ask('PATCH', '/rules/a/status', { body: { enabled: true } })).toMatchObject({
    status: 422,
    body: { problems: [{ path: 'rule_config.llm_config.model' }] },
  })
})

test('takes rules up to the bound, and says that it is reached', async () => {
  const ids = Array.from({ length: RULES_MAX }, (_, n) => `r${n}`)
  const { ask } = await startWith(...ids)
  const more = await ask('POST', '/rules', { body: traditional })
  expect(more).toMatchObject({ status: 503, body: { code: 'table_full' } })
  expect(more.headers.get('retry-after')).toBe('1')
})

test('is for those who have a key, where there are keys', async () => {
  const { ask } = await rulesServer({ apiKeys: ['k'] })
  const without = await ask('POST', '/rules', { body: traditional })
  expect(without).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  const headers = { authorization: 'Bearer k' }
  expect((await ask('POST', '/rules', { body: traditional, headers })).status).toBe(201)
})
