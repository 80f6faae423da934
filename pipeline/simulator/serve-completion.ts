import { errorBody } from './error-body.ts'
import { readBody } from './read-body.ts'
import { sendJson } from './send-json.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Engine, Plan } from './create-engine.ts'
import type { JsonAnswer } from './send-json.ts'

/** Longest that a hanging request keeps its connection. */
const HANG_MS_MAX = 600_000

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly engine: Engine
}

/** Serves one chat completion as the engine plans it. */
export function serveCompletion(exchange: Exchange, apiKey: string | undefined): void {
  const { request, engine } = exchange
  if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
    engine.stats.requests += 1
    answer(exchange, {
      status: 401,
      body: errorBody('Incorrect API key', 'invalid_request_error', 'invalid_api_key'),
    })
    return
  }
  const arrivedMs = performance.now()
  readBody(request, body => {
    carryOut(exchange, engine.plan(body, performance.now()), arrivedMs)
  })
}

/** The latency of an answer counts from the arrival of its request, so that what the simulator itself takes is part of it. */
function carryOut(exchange: Exchange, plan: Plan, arrivedMs: number): void {
  const { request, response } = exchange
  if (plan.kind === 'reset') request.socket.resetAndDestroy()
  else if (plan.kind === 'hang') takePlace(exchange, HANG_MS_MAX, () => response.destroy())
  else if (plan.delayMs === undefined) answer(exchange, plan)
  else {
    takePlace(exchange, Math.max(0, arrivedMs + plan.delayMs - performance.now()), () => {
      answer(exchange, plan)
    })
  }
}

/** Counts the request as in flight until it is answered or its client has gone. */
function takePlace({ response, engine: { stats } }: Exchange, delayMs: number, end: () => void): void {
  stats.in_flight += 1
  stats.in_flight_max = Math.max(stats.in_flight_max, stats.in_flight)
  let held = true
  const leave = (): void => {
    if (held) stats.in_flight -= 1
    held = false
  }
  const timer = setTimeout(() => {
    leave()
    end()
  }, delayMs)
  response.on('close', () => {
    if (!held) return
    clearTimeout(timer)
    leave()
    stats.abandoned += 1
  })
}

function answer({ response, engine: { stats } }: Exchange, planned: JsonAnswer): void {
  stats.answers[planned.status] = (stats.answers[planned.status] ?? 0) + 1
  sendJson(response, planned)
}
