import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Answer, HttpRoute } from './http-route.ts'
import { problemAnswer } from './problem-answer.ts'
import { sendAnswer } from './send-answer.ts'

const allMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const paramsSchema = z.record(z.string(), z.string())
const querySchema = z.record(z.string(), z.unknown())

/** Puts a route on a server. A method that it has not got is answered with those that it has. */
export function addRoute(server: FastifyInstance, { path: url, methods }: HttpRoute): void {
  const known = Object.keys(methods)
  for (const [method, { answer }] of Object.entries(methods)) {
    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      sendAnswer(reply, await answer(asked(request)))
    server.route({ method, url, handler })
  }
  const allowed = known.includes('GET') ? [...known, 'HEAD'] : known
  const other = allMethods.filter(method => !allowed.includes(method))
  server.route({ method: other, url, handler: (_, reply) => sendAnswer(reply, notAllowed(allowed)) })
}

function asked({ params, query, headers, body }: FastifyRequest) {
  return { params: paramsSchema.parse(params), query: querySchema.parse(query), headers, body }
}

function notAllowed(allowed: readonly string[]): Answer {
  const allow = allowed.join(', ')
  const detail = `there is ${allow} here`
  return problemAnswer({ status: 405, code: 'method_not_allowed', detail, headers: { allow } })
}
