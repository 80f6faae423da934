import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Answer } from './http-route.ts'

/** Sends an answer; what is said of a running process is never kept by whoever asked. */
export function sendAnswer(reply: FastifyReply, { status, type, body, headers }: Answer): FastifyReply {
  const known = reply
    .code(status)
    .header('cache-control', 'no-store')
    .headers({ ...headers })
  if (type === undefined) return known.send(body)
  known.type(type)
  if (!(body instanceof Readable) || reply.request.method !== 'HEAD') return known.send(body)
  // Nobody reads it, and one without an end would be there for good.
  body.destroy()
  return known.send('')
}
