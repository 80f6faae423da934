import fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PipelineError } from '../../schemas/failure.ts'
import { isDeeper } from '../../schemas/is-deeper.ts'
import { addRoute } from './add-route.ts'
import { answerClientError } from './answer-client-error.ts'
import { apiKeys as checkKeys } from './api-keys.ts'
import { apiPrefix } from './api-prefix.ts'
import { explainFailure } from './explain-failure.ts'
import type { Answer, HttpRoute } from './http-route.ts'
import { openApiRoute } from './openapi/open-api-route.ts'
import { problemAnswer } from './problem-answer.ts'
import { RequestRate } from './request-rate.ts'
import { sendAnswer } from './send-answer.ts'

export interface HttpServerOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** For anybody. */
  readonly open: readonly HttpRoute[]
  /** Under `/api/v1`, for those who have a key; for anybody where there are no keys. */
  readonly api: readonly HttpRoute[]
  readonly apiKeys: readonly string[]
  /** Of each key, or of each address where no key is given, under `/api/v1`; as many as come without it. */
  readonly requestsPerMinute?: number
  /** How long a request may take to come in whole. */
  readonly receiveMs?: number
  /** A request could not be answered, by a fault of ours. */
  readonly onFailure: (error: unknown, path: string) => void
}

export interface HttpServer {
  /** Where it listens, such as http://127.0.0.1:8080. */
  readonly url: string
  close(): Promise<void>
}

/** A rule with all that it may have takes less. */
const BODY_BYTES_MAX = 1024 * 1024
const BODY_DEPTH_MAX = 64
const HEADER_BYTES_MAX = 16_384
/** Further ones are closed at once. */
const CONNECTIONS_MAX = 1000
/** Then the client opens a new one, so that none is there for good. */
const REQUESTS_PER_CONNECTION_MAX = 10_000
/** Whoever sends a byte now and then must not hold a connection. */
const RECEIVE_MS = 10_000
const CHECK_MS = 1000

/** Serves routes over HTTP; whatever goes wrong is answered with a problem document. */
export async function httpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { open, api, apiKeys, requestsPerMinute = Infinity, receiveMs = RECEIVE_MS, onFailure } = options
  const failed = (error: unknown, { url }: FastifyRequest): Answer => {
    const answer = explainFailure(error)
    if (answer.status === 500) onFailure(error, url)
    return answer
  }
  const server = fastify({
    logger: false,
    // Connections that a scraper keeps open must not hold up the end of the process.
    forceCloseConnections: true,
    bodyLimit: BODY_BYTES_MAX,
    maxRequestsPerSocket: REQUESTS_PER_CONNECTION_MAX,
    requestTimeout: receiveMs,
    http: {
      headersTimeout: receiveMs,
      connectionsCheckingInterval: Math.min(receiveMs, CHECK_MS),
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void sendAnswer(reply, failed(error, request)),
  })
  server.server.maxConnections = CONNECTIONS_MAX
  readJsonOnly(server)
  server.setErrorHandler((error, request, reply) => sendAnswer(reply, failed(error, request)))
  server.setNotFoundHandler((request, reply) => sendAnswer(reply, notFound(request)))
  for (const route of [...open, openApiRoute({ open, api })]) addRoute(server, route)
  const hasKey = checkKeys(apiKeys)
  const rate = new RequestRate({ requestsPerMinute, nowMs: () => performance.now() })
  await server.register(
    (scope, _, done) => {
      // Before anything else is looked at, so that without a key nothing is told, not even what there is.
      scope.addHook('onRequest', (request, reply, next) => {
        const { authorization } = request.headers
        const isKnown = hasKey(authorization)
        const client = isKnown && apiKeys.length > 0 ? `key ${lastWord(authorization)}` : request.ip
        const waitSeconds = rate.take(client)
        if (waitSeconds > 0) void sendAnswer(reply, tooMany(waitSeconds))
        else if (isKnown) next()
        else void sendAnswer(reply, unauthorized)
      })
      scope.addHook('preHandler', ({ body }, reply, next) => {
        if (isDeeper(body, BODY_DEPTH_MAX)) void sendAnswer(reply, tooDeep)
        else next()
      })
      scope.setNotFoundHandler((request, reply) => sendAnswer(reply, notFound(request)))
      for (const route of api) addRoute(scope, route)
      done()
    },
    { prefix: apiPrefix },
  )
  const url = await listen(server, options.host, options.port)
  return { url, close: () => server.close() }
}

/** Text that a page in a browser may send anywhere without asking is no JSON, whatever it holds. */
function readJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  const types = ['application/json', 'application/merge-patch+json']
  const parse = server.getDefaultJsonParser('error', 'error')
  server.addContentTypeParser<string>(types, { parseAs: 'string' }, (request, body, done) => {
    // Many clients name a type whether they send something or not.
    if (request.method === 'DELETE' && body === '') done(null)
    else void parse(request, body, done)
  })
}

const unauthorized = problemAnswer({
  status: 401,
  code: 'unauthorized',
  detail: 'send Authorization: Bearer <key> with one of http.api_keys',
  headers: { 'www-authenticate': 'Bearer' },
})

/** The key, however it is spaced. */
function lastWord(authorization = ''): string {
  return authorization.trim().split(/\s+/).at(-1) ?? ''
}

function tooMany(waitSeconds: number): Answer {
  const detail = `wait ${waitSeconds} s: http.requests_per_minute of the configuration is reached`
  const headers = { 'retry-after': `${waitSeconds}` }
  return problemAnswer({ status: 429, code: 'rate_limited', detail, headers })
}

const tooDeep = problemAnswer({
  status: 400,
  code: 'malformed',
  detail: `the body nests deeper than ${BODY_DEPTH_MAX} levels`,
})

function notFound({ url }: FastifyRequest): Answer {
  return problemAnswer({ status: 404, code: 'not_found', detail: `nothing at ${url}` })
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
