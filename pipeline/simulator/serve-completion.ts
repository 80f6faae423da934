import { readBody } from './read-body.ts'
import { sendJson } from './send-json.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Engine, Plan, PlannedAnswer } from './create-engine.ts'

/** Longest that a hanging request keeps its connection. */
const HANG_MS_MAX = 600_000

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly engine: Engine
}

/** Serves one chat completion as the engine plans it. */
export function serveCompletion(exchange: Exchange, apiKey: string | undefined): void {
  const { request, response, engine } = exchange
  const keyAccepted = apiKey === undefined || request.headers.authorization === `Bearer ${apiKey}`
  const cameMs = performance.now()
  readBody(request, body => {
    const networkMs = engine.networkMs()
    after(networkMs, () => {
      const nowMs = performance.now()
      if (!response.destroyed)
        carryOut(exchange, engine.plan({ body, keyAccepted, nowMs }), cameMs + networkMs)
      else {
        engine.counts.requests += 1
        engine.counts.abandoned += 1
      }
    })
  })
}

/** The latency of an answer counts from the arrival of its request, so that what the simulator itself takes is part of it. */
function carryOut(exchange: Exchange, plan: Plan, arrivedMs: number): void {
  const { request, response } = exchange
  if (plan.kind === 'reset') request.socket.resetAndDestroy()
  else if (plan.kind === 'hang') takePlace(exchange, HANG_MS_MAX, () => response.destroy())
  else if (plan.kind === 'refusal') send(exchange, plan.answer)
  else {
    takePlace(exchange, Math.max(0, arrivedMs + plan.delayMs - performance.now()), () => {
      plan.end(performance.now())
      send(exchange, plan.answer)
    })
  }
}

/** Counts the request as in flight until it is answered or its client has gone. */
function takePlace(
  { response, engine: { counts, places } }: Exchange,
  delayMs: number,
  end: () => void,
): void {
  places.enter(performance.now())
  let held = true
  const leave = (): void => {
    if (held) places.leave(performance.now())
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
    counts.abandoned += 1
  })
}

function send({ response, engine }: Exchange, answer: PlannedAnswer): void {
  after(engine.networkMs(), () => {
    const { answers } = engine.counts
    answers[answer.status] = (answers[answer.status] ?? 0) + 1
    sendJson(response, answer)
  })
}

function after(delayMs: number, act: () => void): void {
  if (delayMs === 0) act()
  else setTimeout(act, delayMs)
}
