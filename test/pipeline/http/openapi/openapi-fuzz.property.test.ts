import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { httpServer, type HttpServer } from '../../../../pipeline/http/http-server.ts'
import { allRoutes } from '../../../support/all-routes.ts'
import { jsonSchemaValidator, type SchemaFaults } from '../../../support/json-schema-validator.ts'
import { openApiServed } from '../../../support/open-api-served.ts'
import { type ApiOperation, apiOperations } from '../../../support/openapi/api-operation.ts'
import { type ApiRequest, apiRequest } from '../../../support/openapi/api-request.ts'

/** Requests of each operation. */
const RUNS = Number(process.env['LLMTRIGGER_FUZZ_RUNS'] ?? 100)

const { operations, schemas } = apiOperations(JSON.parse(await openApiServed()))
const compile = jsonSchemaValidator()
const failures: unknown[] = []
let server: HttpServer
let names: readonly string[] = []

// Of its own for each test: another may have deleted everything.
beforeEach(async () => {
  const onFailure = (error: unknown) => failures.push(error)
  server = await httpServer({ host: '127.0.0.1', port: 0, ...allRoutes(), apiKeys: [], onFailure })
  names = await namesOfThings()
})

afterEach(async () => server.close())

describe.each(operations)('$name', operation => {
  const faultsOf = Object.fromEntries(
    Object.entries(operation.answers).map(([status, content]) => [status, compiled(content)]),
  )

  test('answers whatever is asked with a status and a body that it declares', async () => {
    await fc.assert(
      fc.asyncProperty(apiRequest(operation, { schemas, names }), async request => {
        const answer = await ask(request)
        const told = JSON.stringify(answer).slice(0, 500)
        expect(Object.keys(operation.answers), `${told} ${String(failures)}`).toContain(String(answer.status))
        const faults = faultsOf[answer.status] ?? {}
        // An answer without a declared body has none.
        if (Object.keys(faults).length === 0) expect(answer.text).toBe('')
        else expect(faults[answer.type]?.(answer.body) ?? [`no ${answer.type} is declared`], told).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })

  test('can be asked so that it answers what was wanted', async () => {
    const requests = fc.sample(apiRequest(operation, { schemas, names }), { numRuns: 2000, seed: 1 })
    const wanted = await first(requests, async request => (await ask(request)).status < 400)
    expect(wanted, 'none of 2000 requests is right').toBeDefined()
  })
})

async function first<T>(things: readonly T[], fits: (thing: T) => Promise<boolean>): Promise<T | undefined> {
  for (const thing of things) if (await fits(thing)) return thing
  return undefined
}

/** Nothing is in an answer that is not declared, although readers are told to take more. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  // What says more of the same object, such as `if` and `then`, does not name all of it.
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === 'allOf' ? value : closed(value)]),
  )
  return 'properties' in inner && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner
}

function compiled(content: ApiOperation['answers'][string]): Record<string, SchemaFaults> {
  const entries = Object.entries(content).map(([type, schema]) => {
    const whole = { ...z.record(z.string(), z.unknown()).parse(closed(schema)) }
    return [type, compile({ ...whole, components: { schemas: closed(schemas) } })] as const
  })
  return Object.fromEntries(entries)
}

async function ask({ path, init }: ApiRequest) {
  const response = await fetch(`${server.url}${path}`, init)
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  const { status } = response
  if (type === 'text/event-stream') {
    // It would not end.
    await response.body?.cancel()
    return { status, type, text: '', body: '' }
  }
  const text = await response.text()
  return { status, type, text, body: type.endsWith('json') ? JSON.parse(text) : text }
}

/** What the lists of the API name: `name`, or whatever ends with `_id`. */
async function namesOfThings(): Promise<readonly string[]> {
  const lists = operations.filter(({ method, path }) => method === 'GET' && /^\/api[^{]*$/.test(path))
  const found = await Promise.all(
    lists.map(async ({ path, method }) => ask({ path, init: { method, headers: {} } })),
  )
  const itemsSchema = z.object({ items: z.array(z.record(z.string(), z.unknown())) })
  return found.flatMap(({ body }) => {
    const { items } = itemsSchema.safeParse(body).data ?? { items: [] }
    return items.flatMap(item => Object.entries(item).flatMap(([key, value]) => nameAt(key, value)))
  })
}

function nameAt(key: string, value: unknown): readonly string[] {
  return typeof value === 'string' && /^name$|^id$|_id$/.test(key) ? [value] : []
}
