import { apiPrefix } from '../api-prefix.ts'
import type { HttpRoute } from '../http-route.ts'
import { describeOperation } from './describe-operation.ts'
import { problemResponses } from './problem-responses.ts'
import { type JsonSchema, SchemaCollection } from './schema-collection.ts'

export interface OpenApiDocumentOptions {
  /** For anybody. */
  readonly open: readonly HttpRoute[]
  /** For those who have a key. */
  readonly api: readonly HttpRoute[]
}

/** Describes routes to other programs, as an OpenAPI 3.1 document. */
export function openApiDocument({ open, api }: OpenApiDocumentOptions): JsonSchema {
  const schemas = new SchemaCollection()
  const paths = [
    ...open.map(route => pathItem(route, '', schemas)),
    ...api.map(route => pathItem(route, apiPrefix, schemas)),
  ]
  const responses = problemResponses(schemas)
  return {
    openapi: '3.1.0',
    info: {
      title: 'llmtrigger',
      version: '1',
      description:
        'Rules, models and decisions of a running pipeline. Unknown fields of an answer are to be ignored: new ones may come.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(paths.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      responses,
      schemas: schemas.components,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'One of http.api_keys; where none are configured, none is asked for.',
        },
      },
    },
  }
}

function pathItem({ path, methods }: HttpRoute, prefix: string, schemas: SchemaCollection) {
  const operations = Object.entries(methods).map(([method, { describe }]) => {
    const facts = { describe, secured: prefix !== '', takesBody: method !== 'GET' }
    return [method.toLowerCase(), describeOperation(facts, schemas)] as const
  })
  return [`${prefix}${path}`.replaceAll(/:(\w+)/g, '{$1}'), Object.fromEntries(operations)] as const
}
