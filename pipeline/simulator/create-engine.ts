import { completionBody } from './completion-body.ts'
import { createAdmission } from './create-admission.ts'
import { createPlaces } from './create-places.ts'
import { createRequestLog } from './create-request-log.ts'
import { createStats } from './create-stats.ts'
import { drawFate } from './draw-fate.ts'
import { parseSimulatorSettings } from './parse-simulator-settings.ts'
import { distortReadings } from './providers/distort-readings.ts'
import { providers } from './providers/providers.ts'
import { refuseOverLimit } from './providers/refuse-over-limit.ts'
import { readChange } from './read-change.ts'
import { readQuestion } from './read-question.ts'
import { compileScript } from './script/compile-script.ts'
import { makeGarbage } from './script/make-garbage.ts'
import { seededRandom } from './seeded-random.ts'
import type { Admitted, LimitReading } from './create-admission.ts'
import type { Places } from './create-places.ts'
import type { RequestLog } from './create-request-log.ts'
import type { SimulatorCounts, SimulatorStats } from './create-stats.ts'
import type { SimulatorSettings } from './parse-simulator-settings.ts'
import type { Headers, Trouble } from './providers/provider.ts'
import type { Question } from './read-question.ts'
import type { Script } from './script/compile-script.ts'

/** What becomes of one request. */
export type Plan =
  | { readonly kind: 'reset' }
  /** Takes a place in flight and is never answered. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'refusal'; readonly answer: PlannedAnswer }
  | {
      readonly kind: 'answer'
      readonly answer: PlannedAnswer
      /** Takes a place in flight for so long. */
      readonly delayMs: number
      /** The call has ended, and its client is still there. */
      readonly end: (nowMs: number) => void
    }

export interface PlannedAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export interface Arrival {
  readonly body: unknown
  readonly keyAccepted: boolean
  readonly nowMs: number
}

/** The simulated provider without its HTTP. */
export interface Engine {
  readonly counts: SimulatorCounts
  readonly places: Places
  readonly log: RequestLog
  readonly settings: () => SimulatorSettings
  stats(nowMs: number): SimulatorStats
  /** Changes some settings; quotas keep what was used where they can, and scripts start afresh when theirs change. */
  control(change: unknown, nowMs: number): void
  /** How long the next message is under way. */
  networkMs(): number
  plan(arrival: Arrival): Plan
}

export interface EngineOptions {
  readonly settings: unknown
  readonly seed: number
  /** The time on the wall when `nowMs` is 0. */
  readonly originMs: number
}

// Any other number, so that what is drawn for the network changes nothing about the rest.
const NETWORK_SEED = 0x9e3779b9

/** Creates a provider that behaves by its settings, the same way for the same seed and order of requests. */
export function createEngine({ settings: initial, seed, originMs }: EngineOptions): Engine {
  const random = seededRandom(seed)
  const networkRandom = seededRandom(seed ^ NETWORK_SEED)
  const counts = createStats()
  const places = createPlaces()
  const log = createRequestLog()
  let settings = parseSimulatorSettings(initial)
  let script = compileScript(settings)
  const admission = createAdmission(settings)

  const judge = (question: Question, nowMs: number): Plan => {
    const { model, prompt, inputTokens, outputTokensMax: outputTokens } = question
    log.add(model, prompt)
    const admitted = admission.admit({ nowMs, inputTokens, outputTokens, inFlight: places.held })
    const epochMs = originMs + nowMs
    const headers = limitHeaders(settings, admitted.readings, epochMs)
    const { exceeded } = admitted
    if (exceeded === undefined)
      return planAnswer({ question, admitted, headers }, { settings, script, counts, random })
    counts.refused[exceeded.limit] += 1
    const refusal = refuseOverLimit(settings, { exceeded, model, epochMs })
    return { kind: 'refusal', answer: { ...refusal, headers: { ...headers, ...refusal.headers } } }
  }

  return {
    counts,
    places,
    log,
    settings: () => settings,
    stats: nowMs => ({
      ...structuredClone(counts),
      in_flight: places.held,
      in_flight_max: places.heldMax,
      in_flight_ms: places.heldMs(nowMs),
    }),
    control(change, nowMs) {
      const next = parseSimulatorSettings(readChange(change), settings)
      if (scriptChanges(settings, next)) script = compileScript(next)
      admission.change(next, nowMs)
      settings = next
    },
    networkMs() {
      const { minMs, maxMs } = settings.networkMs
      return minMs + (maxMs - minMs) * networkRandom()
    },
    plan({ body, keyAccepted, nowMs }) {
      counts.requests += 1
      if (settings.down) {
        counts.faults.reset += 1
        return { kind: 'reset' }
      }
      const question = readQuestion(body)
      const trouble = accountTrouble(settings, keyAccepted)
      if (trouble !== undefined) return { kind: 'refusal', answer: refuse(settings, trouble) }
      if (question !== undefined) return judge(question, nowMs)
      const problem = 'Not a chat completion'
      return { kind: 'refusal', answer: refuse(settings, { kind: 'request', problem }) }
    },
  }
}

function accountTrouble({ account }: SimulatorSettings, keyAccepted: boolean): Trouble | undefined {
  if (!keyAccepted || account === 'bad_key') return { kind: 'key' }
  return account === 'out_of_money' ? { kind: 'money' } : undefined
}

function limitHeaders(
  { provider, rateLimitHeaders }: SimulatorSettings,
  readings: readonly LimitReading[],
  epochMs: number,
): Headers {
  const told = distortReadings(readings, rateLimitHeaders)
  return Object.fromEntries(
    told.flatMap(reading => Object.entries(providers[provider].limitHeaders(reading, epochMs))),
  )
}

function refuse(settings: SimulatorSettings, trouble: Trouble): PlannedAnswer {
  return { ...providers[settings.provider].refuse(trouble), headers: {} }
}

interface AdmittedQuestion {
  readonly question: Question
  readonly admitted: Admitted
  readonly headers: Headers
}

interface Answering {
  readonly settings: SimulatorSettings
  readonly script: Script
  readonly counts: SimulatorCounts
  readonly random: () => number
}

function planAnswer(
  { question, admitted, headers }: AdmittedQuestion,
  { settings, script, counts, random }: Answering,
): Plan {
  const { fault, errorStatus, garbageKind, delayMs } = drawFate(settings, random)
  if (fault !== undefined) counts.faults[fault] += 1
  if (fault === 'hang') return { kind: 'hang' }
  if (fault === 'error') {
    const failed = refuse(settings, { kind: 'fault', status: errorStatus, code: settings.errorCode })
    const end = (nowMs: number): void => void admitted.settle(0, nowMs)
    return { kind: 'answer', answer: { ...failed, headers }, delayMs, end }
  }
  const scripted = script(question.prompt)
  const said = fault === 'garbage' ? makeGarbage(scripted, garbageKind) : scripted
  const body = completionBody(question, said, counts.requests)
  const { prompt_tokens: input, completion_tokens: output } = body.usage
  const end = (nowMs: number): void => {
    addTo(counts.tokens, { input, output })
    addTo(counts.charged, admitted.settle(output, nowMs))
  }
  return { kind: 'answer', answer: { status: 200, headers, body }, delayMs, end }
}

function addTo<Name extends string>(
  totals: Record<Name, number>,
  more: Readonly<Record<NoInfer<Name>, number>>,
): void {
  for (const name in totals) totals[name] += more[name]
}

function scriptChanges(before: SimulatorSettings, after: SimulatorSettings): boolean {
  return (
    before.answerWhen !== after.answerWhen || JSON.stringify(before.answers) !== JSON.stringify(after.answers)
  )
}
