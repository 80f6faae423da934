import { compileScript } from './script/compile-script.ts'
import { completionBody } from './completion-body.ts'
import { createAdmission } from './create-admission.ts'
import { createRequestLog } from './create-request-log.ts'
import { createStats } from './create-stats.ts'
import { drawLatency } from './draw-latency.ts'
import { errorBody } from './error-body.ts'
import { makeGarbage } from './script/make-garbage.ts'
import { parseSimulatorSettings } from './parse-simulator-settings.ts'
import { readQuestion } from './read-question.ts'
import { seededRandom } from './seeded-random.ts'
import type { RequestLog } from './create-request-log.ts'
import type { SimulatorStats } from './create-stats.ts'
import type { SimulatorSettings } from './parse-simulator-settings.ts'
import type { Question } from './read-question.ts'

/** What becomes of one request. */
export type Plan =
  | { readonly kind: 'reset' }
  /** Takes a place in flight and is never answered. */
  | { readonly kind: 'hang' }
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: unknown
      /** Takes a place in flight for so long; undefined for a refusal, which comes at once. */
      readonly delayMs: number | undefined
    }

/** The simulated provider without its HTTP. */
export interface Engine {
  readonly stats: SimulatorStats
  readonly log: RequestLog
  readonly settings: () => SimulatorSettings
  /** Changes some settings; quotas and scripts start afresh when theirs change. */
  control(change: unknown): void
  plan(body: unknown, nowMs: number): Plan
}

interface Draws {
  readonly error: number
  readonly hang: number
  readonly garbage: number
  readonly kind: number
  readonly latency: readonly [number, number]
}

const quotaKeys = [
  'concurrencyMax',
  'requestsPerMinute',
  'tokensPerMinute',
  'quotaWindow',
  'quotaSpanMs',
  'refusalsCount',
  'retryAfter',
  'rateLimitHeaders',
] as const

const scriptKeys = ['answers', 'answerWhen'] as const

/** Creates a provider that behaves by its settings, the same way for the same seed and order of requests. */
export function createEngine(initial: unknown, seed: number): Engine {
  const random = seededRandom(seed)
  const stats = createStats()
  const log = createRequestLog()
  let settings = parseSimulatorSettings(initial)
  let admit = createAdmission(settings)
  let script = compileScript(settings)

  const answer = (
    question: Question,
  ): Omit<Extract<Plan, { kind: 'answer' }>, 'headers'> | { kind: 'hang' } => {
    const draws = draw(random)
    const delayMs = drawLatency(settings.latencyMs, draws.latency)
    const fault = faultOf(settings, draws)
    if (fault !== undefined) stats.faults[fault] += 1
    if (fault === 'hang') return { kind: 'hang' }
    if (fault === 'error')
      return { kind: 'answer', status: settings.errorStatus, body: simulatedError(settings), delayMs }
    const scripted = script(question.prompt)
    const said = fault === 'garbage' ? makeGarbage(scripted, draws.kind) : scripted
    const body = completionBody(question, said, stats.requests)
    stats.tokens.input += body.usage.prompt_tokens
    stats.tokens.output += body.usage.completion_tokens
    return { kind: 'answer', status: 200, body, delayMs }
  }

  return {
    stats,
    log,
    settings: () => settings,
    control(change) {
      const next = parseSimulatorSettings(
        isRecord(change) ? { ...settings, ...withCamelCase(change) } : change,
      )
      if (differs(scriptKeys, settings, next)) script = compileScript(next)
      if (differs(quotaKeys, settings, next)) admit = createAdmission(next)
      settings = next
    },
    plan(body, nowMs) {
      stats.requests += 1
      if (settings.down) {
        stats.faults.reset += 1
        return { kind: 'reset' }
      }
      const question = readQuestion(body)
      if (question === undefined)
        return refusal(400, {}, errorBody('Not a chat completion', 'invalid_request_error', null))
      log.add(question.model, question.prompt)
      const admission = admit({ nowMs, tokens: question.tokens, inFlight: stats.in_flight })
      if (admission.exceeded === undefined) return { headers: admission.headers, ...answer(question) }
      stats.refused[admission.exceeded] += 1
      return refusal(429, admission.headers, admission.body)
    },
  }
}

/** Always six numbers, so that changing one rate changes nothing about what a seed makes of the others. */
function draw(random: () => number): Draws {
  return { error: random(), hang: random(), garbage: random(), kind: random(), latency: [random(), random()] }
}

function faultOf(
  settings: SimulatorSettings,
  { hang, error, garbage }: Draws,
): 'hang' | 'error' | 'garbage' | undefined {
  if (hang < settings.hangRate) return 'hang'
  if (error < settings.errorRate) return 'error'
  return garbage < settings.garbageRate ? 'garbage' : undefined
}

function simulatedError({ errorCode }: SimulatorSettings): unknown {
  return errorBody('Simulated error', errorCode ?? 'server_error', errorCode)
}

function refusal(status: number, headers: Readonly<Record<string, string>>, body: unknown): Plan {
  return { kind: 'answer', status, headers, body, delayMs: undefined }
}

function differs(
  keys: readonly (keyof SimulatorSettings)[],
  before: SimulatorSettings,
  after: SimulatorSettings,
): boolean {
  return keys.some(key => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Other programs write `error_rate`, code in this process `errorRate`. */
function withCamelCase(change: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(change).map(([key, value]) => [camelCase(key), value] as const)
  return Object.fromEntries(entries)
}

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}
