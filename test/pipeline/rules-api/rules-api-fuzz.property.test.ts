import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rulesServer } from '../../support/rules-server.ts'

const REQUESTS = 10_000
const AT_ONCE = 20

const words = [
  'rule_id',
  'name',
  'description',
  'enabled',
  'priority',
  'event_types',
  'group_by',
  'rule_config',
  'rule_type',
  'pre_filter',
  'expression',
  'llm_config',
  'trigger_mode',
  'batch_size',
  'confidence_threshold',
  'model',
  'notify_policy',
  'targets',
  'rate_limit',
  'tests',
  'metadata',
  'version',
  'constructor',
  'toString',
]
const texts = fc.oneof(
  fc.constantFrom(
    ...words,
    'a',
    'traditional',
    'llm',
    'hybrid',
    'batch',
    'trade.*',
    '*',
    '',
    '\u0000\u001b[2J',
  ),
  fc.constantFrom(
    'volume > 5',
    'a.b.c in [1, "x"]',
    '((((',
    '!!!!!!!!a',
    'has(data.x) ? 1 : 2',
    '"\u2028" == a',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ minLength: 4000, maxLength: 5000 }),
)
const numbers = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-0, 1e308, 2 ** 53, 0.5))
const { value: values } = fc.letrec<{ value: unknown; mapping: object; list: unknown[] }>(tie => ({
  value: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'value' },
    fc.constantFrom(null, true, false),
    numbers,
    texts,
    tie('mapping'),
    tie('list'),
  ),
  mapping: fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })), tie('value'), {
    maxKeys: 5,
  }),
  list: fc.array(tie('value'), { maxLength: 4 }),
}))

const right = {
  rule_id: 'a',
  name: 'a',
  event_types: ['trade.signal'],
  rule_config: {
    rule_type: 'hybrid',
    pre_filter: { expression: 'volume > 5' },
    llm_config: { description: 'd' },
  },
}
/** Rules that are right but for something. */
const nearly = fc.tuple(fc.constantFrom(...words), values).chain(([key, value]) =>
  fc.constantFrom<object>(
    { ...right, [key]: value },
    { ...right, rule_config: { ...right.rule_config, [key]: value } },
    { ...right, rule_config: { ...right.rule_config, pre_filter: { [key]: value, expression: value } } },
    {
      ...right,
      rule_config: { ...right.rule_config, llm_config: { description: 'd', [key]: value } },
    },
    { [key]: value },
  ),
)
/** A rule that is right, but for how deep it is. */
function deep(levels: number): string {
  const tests = `[{"name":"t","x":${'['.repeat(levels)}${']'.repeat(levels)}}]`
  return JSON.stringify(right).replace(/}$/, `,"tests":${tests}}`)
}

const { rule_id: _id, ...nameless } = right
const bodies = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(JSON.stringify(right), JSON.stringify(nameless), '{"enabled":true}'),
  },
  { weight: 5, arbitrary: nearly.map(body => JSON.stringify(body)) },
  { weight: 2, arbitrary: values.map(body => JSON.stringify(body)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom('', '{', '{"__proto__": {"x": 1}}', '[[[[', '"', '\uFEFF{}') },
  { weight: 1, arbitrary: fc.constantFrom(1, 60, 64, 400, 20_000).map(deep) },
)

const segments = fc.oneof(
  fc.constantFrom('a', 'validate', 'status', 'constructor', '__proto__', '%00', '%', '%zz', '..', ''),
  fc.string({ unit: 'binary', maxLength: 120 }).map(text => encodeURIComponent(text.toWellFormed())),
)
const known = ['/rules', '/rules/', '/rules/a', '/rules/a/status', '/rules/validate', '/rules/gone']
const paths = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...known) },
  { weight: 3, arbitrary: fc.constantFrom('/rules', '/rules/a') },
  { weight: 1, arbitrary: segments.map(name => `/rules/${name}`) },
  { weight: 1, arbitrary: fc.tuple(segments, segments).map(([name, below]) => `/rules/${name}/${below}`) },
)
const queryValues = fc.oneof(
  fc.constantFrom('', 'true', 'false', '1', '0', '-1', '1e3', 'cnVsZTph', '%', '*'),
  texts.map(text => encodeURIComponent(text.toWellFormed().slice(0, 300))),
)
const queries = fc.array(
  fc.tuple(
    fc.constantFrom('limit', 'cursor', 'enabled', 'event_type', 'name_contains', 'dry_run', 'force', 'x[]'),
    queryValues,
  ),
  { maxLength: 3 },
)
/** By chance alone a rule that is there is hardly made again. */
const creation = {
  method: 'POST',
  path: '/rules',
  query: undefined,
  body: JSON.stringify(right),
  match: undefined,
  type: 'application/json',
} as const
const anyRequest = fc.record({
  method: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('POST', 'POST', 'PUT', 'PATCH') },
    { weight: 3, arbitrary: fc.constantFrom('GET', 'DELETE', 'HEAD', 'OPTIONS') },
  ),
  path: paths,
  query: fc.option(queries, { nil: undefined, freq: 2 }),
  body: fc.option(bodies, { nil: undefined }),
  match: fc.option(fc.constantFrom('*', '"1"', '"7"', 'W/"1"', '1', '"', '"a", *', ','), {
    nil: undefined,
    freq: 2,
  }),
  type: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('application/json', 'application/merge-patch+json') },
    { weight: 1, arbitrary: fc.constant('text/plain') },
  ),
})

const request = fc.oneof(
  { weight: 49, arbitrary: anyRequest },
  { weight: 1, arbitrary: fc.constant(creation) },
)

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never

test(`answers ${REQUESTS} requests of any kind with what they deserve, and never with an error of its own`, async () => {
  const { url, store } = await rulesServer({ warningsOf: () => [], failingTests: () => Promise.resolve([]) })
  const statuses = new Map<number, number>()
  const send = async ({ method, path, query = [], body, match, type }: Request) => {
    const asked = query.map(([key, value]) => `${key}=${value}`).join('&')
    const takesBody = !['GET', 'HEAD'].includes(method)
    const response = await fetch(`${url}/api/v1${path}?${asked}`, {
      method,
      headers: { 'content-type': type, ...(match !== undefined && { 'if-match': match }) },
      ...(takesBody && body !== undefined && { body }),
    })
    const { status, headers } = response
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    expectWell(status, method === 'HEAD' ? null : headers.get('content-type'), await response.text())
  }
  const together = fc.array(request, { minLength: AT_ONCE, maxLength: AT_ONCE })
  const property = fc.asyncProperty(together, async requests => {
    await Promise.all(requests.map(send))
  })
  await fc.assert(property, { numRuns: REQUESTS / AT_ONCE, endOnFailure: true })
  // It got everywhere: what is written, what is refused for every reason.
  for (const status of [200, 201, 204, 400, 404, 405, 409, 412, 415, 422])
    expect.soft(statuses.get(status) ?? 0, `answers of ${status}`).toBeGreaterThan(10)
  for (const rule of store.rules.values()) expect(rule.metadata.version).toBeGreaterThan(0)
})

function expectWell(status: number, type: string | null, text: string): void {
  // So many rules are the bound of the store.
  if (status === 503) expect(JSON.parse(text)).toMatchObject({ code: 'table_full' })
  else expect(status).toBeLessThan(500)
  if (status >= 400 && type !== null) expect(type).toContain('application/problem+json')
  if (status === 422) expect(JSON.parse(text).problems).not.toEqual([])
}
