import { expect, test } from 'vitest'
import { z } from 'zod'
import { rulesServer } from '../../support/rules-server.ts'

const rules = [
  { rule_id: 'rule_b', name: 'Beta', event_types: ['trade.profit', 'trade.loss'], enabled: false },
  { rule_id: 'rule_a', name: 'alpha BETA', event_types: ['trade.profit'] },
  { rule_id: 'rule_c', name: 'Gamma', event_types: ['trade.*'] },
  { rule_id: 'rule_d', name: 'Delta', event_types: ['*'], enabled: false },
  { rule_id: 'Rule_e', name: 'Epsilon', event_types: ['system.metric'] },
]
const rule_config = { rule_type: 'traditional', pre_filter: { expression: 'a > 1' } }

const pageSchema = z.object({
  items: z.array(z.looseObject({ rule_id: z.string() })),
  next_cursor: z.string().nullable(),
})

async function start() {
  const server = await rulesServer()
  for (const rule of rules) await server.ask('POST', '/rules', { body: { ...rule, rule_config } })
  const list = async (query: string) => {
    const { items, next_cursor: next } = pageSchema.parse((await server.ask('GET', `/rules${query}`)).body)
    return { ids: items.map(({ rule_id: id }) => id), next }
  }
  return { ...server, list }
}

test.each([
  ['', ['Rule_e', 'rule_a', 'rule_b', 'rule_c', 'rule_d']],
  ['?event_type=trade.profit', ['rule_a', 'rule_b', 'rule_c', 'rule_d']],
  ['?event_type=trade', ['rule_d']],
  ['?event_type=trade.*', ['rule_c', 'rule_d']],
  ['?event_type=system.metric&enabled=true', ['Rule_e']],
  ['?enabled=false', ['rule_b', 'rule_d']],
  ['?name_contains=beta', ['rule_a', 'rule_b']],
  ['?event_type=trade.profit&enabled=false&name_contains=beta', ['rule_b']],
  ['?name_contains=', ['Rule_e', 'rule_a', 'rule_b', 'rule_c', 'rule_d']],
  ['?name_contains=none', []],
  ['?unknown=1', ['Rule_e', 'rule_a', 'rule_b', 'rule_c', 'rule_d']],
])('lists with %s the rules %j, in the order of their ids', async (query, ids) => {
  const { list } = await start()
  expect(await list(query)).toEqual({ ids, next: null })
})

test('lists in parts, also when the last one of a part is gone', async () => {
  const { ask, list } = await start()
  const first = await list('?limit=2')
  expect(first.ids).toEqual(['Rule_e', 'rule_a'])
  await ask('DELETE', '/rules/rule_a')
  const second = await list(`?limit=2&cursor=${first.next ?? ''}`)
  expect(second.ids).toEqual(['rule_b', 'rule_c'])
  expect(await list(`?limit=2&cursor=${second.next ?? ''}`)).toEqual({ ids: ['rule_d'], next: null })
  expect(await list(`?limit=1&cursor=${second.next ?? ''}`)).toEqual({ ids: ['rule_d'], next: null })
})

test.each([
  ['limit=0', /limit/],
  ['limit=1001', /limit/],
  ['limit=ten', /limit/],
  ['limit=-1', /limit/],
  ['limit=1.5', /limit/],
  ['limit=', /limit/],
  ['limit=1&limit=2', /limit/],
  ['cursor=garbage', /cursor/],
  ['cursor=', /cursor/],
  ['cursor=cnVsZTphIGI', /cursor/],
  ['enabled=yes', /enabled/],
  ['enabled=', /enabled/],
  ['event_type=a&event_type=b', /event_type/],
  ['name_contains=a&name_contains=b', /name_contains/],
])('answers %s with 400 and names it', async (query, detail) => {
  const { ask } = await rulesServer()
  expect(await ask('GET', `/rules?${query}`)).toMatchObject({
    status: 400,
    body: { code: 'malformed', detail: expect.stringMatching(detail) },
  })
})
