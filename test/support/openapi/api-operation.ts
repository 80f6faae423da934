import { z } from 'zod'

const parameterSchema = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: z.record(z.string(), z.unknown()),
})

const contentSchema = z.record(z.string(), z.looseObject({ schema: z.record(z.string(), z.unknown()) }))
const responseSchema = z.looseObject({ content: contentSchema.default({}) })
const placeSchema = z.object({ $ref: z.string() })

const documentSchema = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        parameters: z.array(parameterSchema).default([]),
        requestBody: z.looseObject({ content: contentSchema }).optional(),
        responses: z.record(z.string(), z.union([placeSchema, responseSchema])),
      }),
    ),
  ),
  components: z.looseObject({
    schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
    responses: z.record(z.string(), responseSchema),
  }),
})

/** One operation of an OpenAPI document, with what it refers to in its place. */
export interface ApiOperation {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly z.infer<typeof parameterSchema>[]
  /** Schemas by content type. */
  readonly body: Readonly<Record<string, unknown>>
  /** Schemas by content type, by status. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, object>>>>
}

/** Reads the operations of an OpenAPI document, and the schemas that they refer to. */
export function apiOperations(document: unknown) {
  const { paths, components } = documentSchema.parse(document)
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters, requestBody, responses }]): ApiOperation => {
      const answers = Object.entries(responses).map(([status, response]) => {
        const place = placeSchema.safeParse(response).data?.$ref.split('/').at(-1) ?? ''
        const { content } = components.responses[place] ?? responseSchema.parse(response)
        return [status, schemasOf(content)]
      })
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters,
        body: schemasOf(requestBody?.content ?? {}),
        answers: Object.fromEntries(answers),
      }
    }),
  )
  return { operations, schemas: components.schemas }
}

function schemasOf(content: z.infer<typeof contentSchema>) {
  return Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, schema]))
}
