import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openApiDocument } from '../../../../pipeline/http/openapi/open-api-document.ts'
import { valueAt } from '../../../../pipeline/documents/value-at.ts'
import { jsonSchemaValidator } from '../../../support/json-schema-validator.ts'
import { openApiServed } from '../../../support/open-api-served.ts'

const served = JSON.parse(await openApiServed())

interface Found {
  readonly at: string
  readonly key: string
  readonly value: unknown
}

function everything(value: unknown, at = ''): readonly Found[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { at, key, value: inner },
    ...everything(inner, `${at}/${key}`),
  ])
}

const operationSchema = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string(), required: z.boolean() })).default([]),
  security: z.unknown().optional(),
  responses: z.record(z.string(), z.unknown()),
})

const pathsSchema = z.record(z.string(), z.record(z.string(), operationSchema))

const operations = Object.entries(pathsSchema.parse(served.paths)).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
)

test('docs/openapi.json is what is served', () => {
  const checkedIn = JSON.parse(
    readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'),
  )
  expect(served, 'docs/openapi.json is out of date; write it anew with: npm run openapi').toEqual(checkedIn)
})

test('is OpenAPI 3.1, with a title and a version', () => {
  expect(served).toMatchObject({ openapi: '3.1.0', info: { title: 'llmtrigger', version: '1' } })
})

test('refers to nothing that it has not', () => {
  const places = everything(served).filter(({ key }) => key === '$ref')
  expect(places.length).toBeGreaterThan(0)
  const missing = places.filter(
    ({ value }) => valueAt(served, String(value).split('/').slice(1)) === undefined,
  )
  expect(missing).toEqual([])
})

test('has no component that nothing refers to, but for problems', () => {
  const used = new Set(everything(served).flatMap(({ key, value }) => (key === '$ref' ? [value] : [])))
  const schemas = Object.keys(served.components.schemas).map(name => `#/components/schemas/${name}`)
  expect(schemas.filter(place => !used.has(place))).toEqual([])
})

test('gives each operation an id of its own', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})

test.each(operations)('$name declares the parameters of its path, and answers', ({ path, operation }) => {
  const inPath = operation.parameters.filter(parameter => parameter.in === 'path')
  expect(inPath.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
  expect(inPath.every(({ required }) => required)).toBe(true)
  expect(Object.keys(operation.responses)).toContainEqual(expect.stringMatching(/^2\d\d$/))
  expect(operation.security).toEqual(path.startsWith('/api/v1/') ? [{ bearer: [] }] : undefined)
})

test('every schema in it is JSON Schema 2020-12 that a validator of others compiles', () => {
  const compile = jsonSchemaValidator()
  const { components } = served
  const schemas = everything(served).filter(({ key, at }) => key === 'schema' && !at.includes('/schema/'))
  for (const { value, at } of schemas) {
    const whole = { ...z.record(z.string(), z.unknown()).parse(value), components }
    expect(() => compile(whole), at).not.toThrow()
  }
})

test('a schema with an id stands once, and what is sent may leave out what has a default', () => {
  const thing = z.object({ name: z.string(), size: z.int().default(1) }).meta({ id: 'Thing' })
  const describe = {
    id: 'makeThing',
    summary: 'Makes a thing',
    body: thing,
    answers: { 201: { about: 'It.', schema: thing, headers: { Location: 'Where it is.' } } },
  }
  const answer = () => ({ status: 201, body: {} })
  const document = openApiDocument({
    open: [],
    api: [{ path: '/things', methods: { POST: { describe, answer } } }],
  })
  expect(document).toMatchObject({
    paths: {
      '/api/v1/things': {
        post: {
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/ThingInput' } } },
          },
          responses: {
            201: {
              headers: { Location: { schema: { type: 'string' } } },
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
            },
            415: { $ref: '#/components/responses/Problem415' },
          },
        },
      },
    },
    components: {
      schemas: { Thing: { required: ['name', 'size'] }, ThingInput: { required: ['name'] } },
    },
  })
})

test('a merge patch needs nothing and takes null for everything', () => {
  const thing = z.strictObject({ name: z.string(), inner: z.strictObject({ size: z.int().default(1) }) })
  const describe = {
    id: 'changeThing',
    summary: 'Changes it',
    patch: thing,
    answers: { 200: { about: 'It.' } },
  }
  const answer = () => ({ status: 200, body: {} })
  const document = openApiDocument({
    open: [],
    api: [{ path: '/thing', methods: { PATCH: { describe, answer } } }],
  })
  const at = [
    'paths',
    '/api/v1/thing',
    'patch',
    'requestBody',
    'content',
    'application/merge-patch+json',
    'schema',
  ]
  const schema = z.record(z.string(), z.unknown()).parse(valueAt(document, at))
  const faults = jsonSchemaValidator()(schema)
  for (const patch of [
    {},
    { name: null },
    { inner: null },
    { inner: { size: null } },
    { inner: { size: 2 } },
  ])
    expect(faults(patch)).toEqual([])
  for (const patch of [[], { name: 1 }, { inner: { size: '2' } }, { other: 1 }])
    expect(faults(patch)).not.toEqual([])
})
