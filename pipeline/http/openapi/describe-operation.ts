import { isMapping } from '../../documents/is-mapping.ts'
import type { AnswerDescription, RouteDescription } from '../http-route.ts'
import type { ProblemStatus } from '../problem-titles.ts'
import type { JsonSchema, SchemaCollection } from './schema-collection.ts'

export interface OperationFacts {
  readonly describe: RouteDescription
  /** Whether it is for those who have a key. */
  readonly secured: boolean
  /** Whether a request with its method may have a body, which can be wrong whether it is wanted or not. */
  readonly takesBody: boolean
}

/** One operation of an OpenAPI document; its schemas are added to those of the document. */
export function describeOperation(facts: OperationFacts, schemas: SchemaCollection): JsonSchema {
  const { describe, secured } = facts
  const parameters = [
    ...pathParameters(describe),
    ...queryParameters(describe, schemas),
    ...headers(describe),
  ]
  const requestBody = bodyOf(describe, schemas)
  const answers = Object.entries(describe.answers).map(([status, answer]) => [
    status,
    answerOf(answer, schemas),
  ])
  const problems = problemStatuses(facts).map(status => [
    status,
    { $ref: `#/components/responses/Problem${status}` },
  ])
  return {
    operationId: describe.id,
    summary: describe.summary,
    ...(secured && { security: [{ bearer: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody !== null && { requestBody }),
    responses: Object.fromEntries([...answers, ...problems]),
  }
}

function pathParameters({ params = {} }: RouteDescription): readonly JsonSchema[] {
  return Object.entries(params).map(([name, description]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string' },
  }))
}

function queryParameters({ query }: RouteDescription, schemas: SchemaCollection): readonly JsonSchema[] {
  if (query === undefined) return []
  // As it is read: on the wire everything in a query is text.
  const { properties = {} } = schemas.output(query)
  const { required: needed, properties: sent } = schemas.input(query)
  return Object.entries(isMapping(properties) ? properties : {}).map(([name, property]) => {
    const { description, ...schema } = isMapping(property) ? property : {}
    const required = Array.isArray(needed) && needed.includes(name)
    // What a text is turned into, such as a cursor, has no schema of its own.
    const text = isMapping(sent) && Object.keys(schema).length === 0 ? sent[name] : schema
    return { name, in: 'query', required, ...(description !== undefined && { description }), schema: text }
  })
}

function headers({ headers = {} }: RouteDescription): readonly JsonSchema[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }))
}

function bodyOf({ body, patch }: RouteDescription, schemas: SchemaCollection): JsonSchema | null {
  if (body !== undefined) {
    return { required: true, content: { 'application/json': { schema: schemas.input(body) } } }
  }
  if (patch === undefined) return null
  const content = { schema: schemas.patch(patch) }
  return {
    required: true,
    content: { 'application/merge-patch+json': content, 'application/json': content },
  }
}

function answerOf(
  { about, schema, type, headers }: AnswerDescription,
  schemas: SchemaCollection,
): JsonSchema {
  const isJson = schema !== undefined
  const content = isJson
    ? { [type ?? 'application/json']: { schema: schemas.output(schema) } }
    : type !== undefined && { [type]: { schema: { type: 'string' } } }
  return {
    description: about,
    ...(headers && {
      headers: mapped(headers, description => ({ description, schema: { type: 'string' } })),
    }),
    ...(content && { content }),
  }
}

function problemStatuses({ describe, secured, takesBody }: OperationFacts): readonly ProblemStatus[] {
  const always: readonly ProblemStatus[] = [
    400,
    ...(secured ? [401 as const, 429 as const] : []),
    ...(takesBody ? [413 as const, 415 as const] : []),
  ]
  return [...new Set([...always, ...(describe.problems ?? [])])].filter(
    status => !(status in describe.answers),
  )
}

function mapped<T>(record: Readonly<Record<string, T>>, map: (value: T) => JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}
