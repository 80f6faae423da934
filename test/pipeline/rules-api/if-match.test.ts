import { describe, expect, test } from 'vitest'
import { ifMatch } from '../../../pipeline/rules-api/if-match.ts'
import { rulesServer } from '../../support/rules-server.ts'

const rule = {
  rule_id: 'a',
  name: 'a',
  event_types: ['x'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'a > 1' } },
}

const changes = [
  ['PUT', '/rules/a', rule],
  ['PATCH', '/rules/a', { priority: 7 }],
  ['PATCH', '/rules/a/status', { enabled: false }],
  ['DELETE', '/rules/a', undefined],
] as const

async function start() {
  const server = await rulesServer()
  await server.ask('POST', '/rules', { body: rule })
  await server.ask('PATCH', '/rules/a', { body: {} })
  return server
}

describe.each(changes)('%s %s', (method, path, body) => {
  test.each(['"2"', '*', ' * ', '"1", "2"'])('is done with If-Match: %s', async match => {
    const { ask } = await start()
    const { status } = await ask(method, path, { body, headers: { 'if-match': match } })
    expect(status).toBe(method === 'DELETE' ? 204 : 200)
  })

  test.each(['"1"', '"3"', 'W/"2"', '"02"', '"abc"', '""'])('is another version for %s', async match => {
    const { ask, store } = await start()
    const answer = await ask(method, path, { body, headers: { 'if-match': match } })
    expect(answer).toMatchObject({ status: 412, body: { status: 412, code: 'version' } })
    expect(answer.headers.get('etag')).toBe('"2"')
    expect(store.rules.get('a')?.metadata.version).toBe(2)
  })

  test.each(['2', 'abc', '"2', '"2" "3"', '"2",', '*, "2"'])('is malformed with %s', async match => {
    const { ask, store } = await start()
    const answer = await ask(method, path, { body, headers: { 'if-match': match } })
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed' } })
    expect(store.rules.get('a')?.metadata.version).toBe(2)
  })

  test('of a rule that is not there is 404, whatever version is named', async () => {
    const { ask } = await rulesServer()
    const answer = await ask(method, path, { body, headers: { 'if-match': '*' } })
    expect(answer.status).toBe(404)
  })
})

test('of two changes that name one version at once, one is done', async () => {
  const { ask, store } = await start()
  const change = (priority: number) =>
    ask('PATCH', '/rules/a', { body: { priority }, headers: { 'if-match': '"2"' } })
  const answers = await Promise.all([1, 2, 3, 4].map(change))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412])
  expect(store.rules.get('a')?.metadata.version).toBe(3)
})

test('reads the tags of a header', () => {
  expect(ifMatch('"1",W/"2"')).toEqual(new Set(['"1"', 'W/"2"']))
  expect([ifMatch(undefined), ifMatch('*'), ifMatch('')]).toEqual(['any', 'any', null])
})
