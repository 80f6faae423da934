import { expect, test } from 'vitest'
import { listPage } from '../../../pipeline/http/list-page.ts'

const items = ['a', 'b', 'c', 'd', 'e'].map(name => ({ name }))

function page(query: Readonly<Record<string, unknown>>, from: readonly { name: string }[] = items) {
  const found = listPage(from, query, ({ name }) => name)
  return found === null ? null : [found.items.map(({ name }) => name).join(''), found.next_cursor]
}

test('gives a list in parts, and null behind the last', () => {
  expect(page({})).toEqual(['abcde', null])
  expect(page({ limit: '2' })).toEqual(['ab', 'b'])
  expect(page({ limit: '2', cursor: 'b' })).toEqual(['cd', 'd'])
  expect(page({ limit: '2', cursor: 'd' })).toEqual(['e', null])
  expect(page({ limit: '5' })).toEqual(['abcde', null])
  expect(page({ cursor: 'e' })).toEqual(['', null])
  expect(page({}, [])).toEqual(['', null])
})

test.each([
  [{ limit: '0' }],
  [{ limit: '1001' }],
  [{ limit: 'x' }],
  [{ limit: '' }],
  [{ limit: '1.5' }],
  [{ limit: ['1', '2'] }],
  [{ cursor: 'x' }],
  [{ cursor: '' }],
  [{ cursor: ['a', 'b'] }],
])('makes nothing of %j', query => {
  expect(page(query)).toBeNull()
})

test('gives a hundred unless it is told otherwise, and a thousand at most', () => {
  const many = Array.from({ length: 1100 }, (_, n) => ({ name: `${n}` }))
  expect(listPage(many, {}, ({ name }) => name)?.items).toHaveLength(100)
  expect(listPage(many, { limit: '1000' }, ({ name }) => name)?.items).toHaveLength(1000)
})
