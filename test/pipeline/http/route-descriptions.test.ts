import { expect, test } from 'vitest'
import type { HttpRoute, RouteDescription } from '../../../pipeline/http/http-route.ts'
import { allRoutes } from '../../support/all-routes.ts'

const { open, api } = allRoutes()
const operations = [...open, ...api].flatMap(({ path, methods }: HttpRoute) =>
  Object.entries(methods).map(([method, { describe }]) => ({ name: `${method} ${path}`, path, describe })),
)

test.each(operations)('$name says what it is for and what it answers', ({ path, describe }) => {
  const { id, summary, answers, params = {} }: RouteDescription = describe
  expect(id).toMatch(/^[a-z][A-Za-z]+$/)
  expect(summary).toMatch(/^\S.{5,}$/)
  expect(Object.values(answers).filter(({ about }) => about === '')).toEqual([])
  expect(Object.keys(answers).length).toBeGreaterThan(0)
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
  expect(Object.keys(params), 'params says what each :name of the path is').toEqual(named)
})

test('no two operations have one id', () => {
  const ids = operations.map(({ describe }) => describe.id)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})
