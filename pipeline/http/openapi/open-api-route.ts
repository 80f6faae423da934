import { z } from 'zod'
import type { HttpRoute } from '../http-route.ts'
import { openApiDocument, type OpenApiDocumentOptions } from './open-api-document.ts'

/** `/openapi.json`, which describes all routes of a server, itself included. */
export function openApiRoute(routes: OpenApiDocumentOptions): HttpRoute {
  let text: string | undefined
  const route: HttpRoute = {
    path: '/openapi.json',
    methods: {
      GET: {
        describe: {
          id: 'getOpenApi',
          summary: 'This document',
          answers: { 200: { about: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
        },
        answer: () => {
          // Few processes are ever asked for it, and it never changes.
          text ??= JSON.stringify(openApiDocument({ ...routes, open: [...routes.open, route] }))
          return { status: 200, type: 'application/json', body: text }
        },
      },
    },
  }
  return route
}
