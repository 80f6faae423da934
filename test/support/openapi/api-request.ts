import fc from 'fast-check'
import type { ApiOperation } from './api-operation.ts'
import { brokenValue } from './broken-value.ts'
import { valueOfSchema } from './value-of-schema.ts'

export interface ApiRequest {
  readonly path: string
  readonly init: {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
  }
}

export interface ApiRequestOptions {
  readonly schemas: Readonly<Record<string, unknown>>
  /** Names of what there is, so that some requests are about something. */
  readonly names: readonly string[]
}

/** Requests of one operation: right ones, ones with something wrong in them, and ones that are no such request at all. */
export function apiRequest(operation: ApiOperation, options: ApiRequestOptions): fc.Arbitrary<ApiRequest> {
  const { method, path, parameters } = operation
  const inPath = fc.oneof(
    fc.constantFrom(...options.names, 'nobody'),
    fc.string({ minLength: 1, maxLength: 130, unit: 'grapheme' }).filter(text => !/^\.{1,2}$/.test(text)),
  )
  const values = parameters.map(parameter => {
    if (parameter.in === 'path') return inPath
    const right = valueOfSchema(parameter.schema, options.schemas).map(String)
    const any = fc.oneof(
      { weight: 3, arbitrary: right },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
    )
    const text = parameter.in === 'header' ? any.map(headerText) : any
    return parameter.required ? text : fc.option(text, { nil: undefined })
  })
  return fc.tuple(fc.tuple(...values), bodyOf(operation, options)).map(([drawn, body]) => {
    const given = parameters.map((parameter, index) => ({ ...parameter, value: drawn[index] }))
    const query = new URLSearchParams()
    const headers: Record<string, string> = { ...body?.headers }
    let filled = path
    for (const { name, in: place, value } of given) {
      if (value === undefined) continue
      if (place === 'path') filled = filled.replace(`{${name}}`, () => encodeURIComponent(value))
      else if (place === 'query') query.append(name, value)
      else headers[name] = value
    }
    const search = query.size === 0 ? '' : `?${query.toString()}`
    const init = { method, headers, ...(body !== undefined && { body: body.text }) }
    return { path: `${filled}${search}`, init }
  })
}

interface Body {
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

function bodyOf(
  { method, body }: ApiOperation,
  { schemas }: ApiRequestOptions,
): fc.Arbitrary<Body | undefined> {
  if (method === 'GET') return fc.constant(undefined)
  const kinds = Object.entries(body).map(([type, schema]) => {
    const right = valueOfSchema(schema, schemas)
    const value = fc.oneof(right, brokenValue(right))
    return value.map(sent => ({ text: JSON.stringify(sent), headers: { 'content-type': type } }))
  })
  const wrong = fc.record({
    text: fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom('', '{', '{"__proto__": {"a": 1}}', '"\\ud800"', 'null'),
    ),
    headers: fc.record({ 'content-type': fc.constantFrom('application/json', 'text/plain', 'a/b', 'x') }),
  })
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: wrong },
    ...kinds.map(arbitrary => ({ weight: 4, arbitrary })),
  )
}

/** What a client may send there at all. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').trim()
}
