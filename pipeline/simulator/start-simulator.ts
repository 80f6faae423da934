import { once } from 'node:events'
import { createServer } from 'node:http'
import { PipelineError } from '../../schemas/failure.ts'
import { createEngine } from './create-engine.ts'
import { openaiError } from './providers/openai-error.ts'
import { readBody } from './read-body.ts'
import { sendJson } from './send-json.ts'
import { serveCompletion } from './serve-completion.ts'
import type { Server } from 'node:http'
import type { LoggedRequest } from './create-request-log.ts'
import type { SimulatorStats } from './create-stats.ts'
import type { SimulatorChange } from './parse-simulator-settings.ts'
import type { Exchange } from './serve-completion.ts'

export interface SimulatorOptions extends SimulatorChange {
  /** Default 0: any free port. */
  readonly port?: number
  readonly host?: string
  readonly seed?: number
  /** When given, requests to the model need it. */
  readonly apiKey?: string | undefined
}

/** A running simulator. */
export interface Simulator {
  /** Without `/v1`: `GET /stats` and the like are here. */
  readonly url: string
  /** What a client of the model is given as its base URL. */
  readonly baseUrl: string
  stats(): SimulatorStats
  /** The newest requests, oldest first, with the rule and the events of each prompt. */
  requests(count?: number): readonly LoggedRequest[]
  control(change: SimulatorChange): void
  close(): Promise<void>
}

type Route = (exchange: Exchange) => void

/** Starts an OpenAI-compatible provider that answers by script and really enforces its quotas. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', seed = 1, apiKey, ...settings } = options
  const engine = createEngine({ settings, seed, originMs: performance.timeOrigin })
  const routes = routesFor(apiKey)
  // Longer than any client keeps an idle connection, so that none is closed under a request.
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const route = routes.get(`${request.method ?? ''} ${path}`)
    if (route !== undefined) route({ request, response, engine })
    else
      sendJson(response, {
        status: 404,
        body: openaiError(`No such path: ${path}`, 'invalid_request_error', null),
      })
  })
  const url = await listen(server, host, port)
  return {
    url,
    baseUrl: `${url}/v1`,
    stats: () => engine.stats(performance.now()),
    requests: (count = Infinity) => engine.log.last(count),
    control: change => {
      engine.control(change, performance.now())
    },
    close: () => close(server),
  }
}

function routesFor(apiKey: string | undefined): ReadonlyMap<string, Route> {
  const models = { object: 'list', data: [{ id: 'simulated', object: 'model', owned_by: 'simulator' }] }
  const get = (body: (exchange: Exchange) => unknown): Route => {
    return exchange => {
      sendJson(exchange.response, { status: 200, body: body(exchange) })
    }
  }
  return new Map<string, Route>([
    [
      'POST /v1/chat/completions',
      exchange => {
        serveCompletion(exchange, apiKey)
      },
    ],
    ['GET /v1/models', get(() => models)],
    ['GET /healthz', get(() => ({ status: 'ok' }))],
    ['GET /stats', get(({ engine }) => engine.stats(performance.now()))],
    ['GET /requests', get(({ engine, request }) => engine.log.last(limitOf(request.url)))],
    ['POST /control', control],
  ])
}

function limitOf(url = ''): number {
  const limit = Number(new URLSearchParams(url.split('?')[1]).get('limit') ?? Infinity)
  return Number.isNaN(limit) ? Infinity : limit
}

function control({ request, response, engine }: Exchange): void {
  readBody(request, change => {
    try {
      engine.control(change, performance.now())
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error
      sendJson(response, {
        status: 400,
        body: openaiError(error.message, 'invalid_request_error', error.code),
      })
      return
    }
    sendJson(response, { status: 200, body: engine.settings() })
  })
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host)
  // Rejects when the port is taken.
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new Error('a TCP server has an address and a port')
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
