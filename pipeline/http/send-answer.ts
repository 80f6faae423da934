import type { FastifyReply } from 'fastify'
import type { Answer } from './http-route.ts'

/** Sends an answer; what is said of a running process is never kept by whoever asked. */
export function sendAnswer(reply: FastifyReply, { status, type, body, headers }: Answer): FastifyReply {
  const known = reply
    .code(status)
    .header('cache-control', 'no-store')
    .headers({ ...headers })
  return type === undefined ? known.send(body) : known.type(type).send(body)
}
