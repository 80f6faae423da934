import fastify from 'fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { PipelineError } from '../../schemas/failure.ts'

/** Whether the process does its work, and what it waits for. */
export interface Readiness {
  readonly ready: boolean
  /** Each dependency by name; `detail` says what is wrong and what to do about it. */
  readonly dependencies: Readonly<Record<string, { readonly ready: boolean; readonly detail: string | null }>>
}

export interface HealthServerOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  readonly readiness: () => Readiness
  readonly metrics: { readonly contentType: string; text(): Promise<string> }
}

export interface HealthServer {
  /** Where it listens, such as http://127.0.0.1:8080. */
  readonly url: string
  close(): Promise<void>
}

/** Serves /healthz, /readyz and /metrics, to anybody: they hold no event and no secret. */
export async function healthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host, port, readiness, metrics } = options
  // Connections that a scraper keeps open must not hold up the end of the process.
  const server = fastify({ logger: false, forceCloseConnections: true })
  server.get('/healthz', (_, reply) => reply.send({ status: 'alive' }))
  server.get('/readyz', (_, reply) => {
    const state = readiness()
    return reply
      .code(state.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(state)
  })
  server.get('/metrics', async (_, reply) => {
    const text = await metrics.text()
    return reply.type(metrics.contentType).send(text)
  })
  server.setNotFoundHandler((request, reply) =>
    problem(reply, {
      status: 404,
      title: 'Not found',
      code: 'not_found',
      detail: `nothing at ${request.url}`,
    }),
  )
  server.setErrorHandler((_error, _request, reply) =>
    problem(reply, {
      status: 500,
      title: 'Internal error',
      code: 'internal',
      detail: 'the request could not be answered',
    }),
  )
  const url = await listen(server, host, port)
  return { url, close: () => server.close() }
}

interface ProblemBody {
  readonly status: number
  readonly title: string
  readonly code: string
  readonly detail: string
}

function problem(reply: FastifyReply, body: ProblemBody): FastifyReply {
  const text = JSON.stringify({ type: 'about:blank', ...body })
  return reply.code(body.status).type('application/problem+json').send(text)
}

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; choose another http.port, or 0 for any',
  EADDRNOTAVAIL: 'this machine has no such address; correct http.host',
  ENOTFOUND: 'this machine has no such address; correct http.host',
  EACCES: 'permission is missing; choose an http.port above 1023',
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const fix = listenFailures[code]
    if (fix === undefined) throw error
    throw new PipelineError('config_invalid', `cannot listen on ${host}:${port}: ${fix}`, { cause: error })
  }
}
