import {
  concatMap,
  defer,
  finalize,
  NEVER,
  type Observable,
  of,
  type SchedulerLike,
  throwError,
  timer,
} from 'rxjs'
import type { ModelReply, ModelRequest } from '../../operators/asking/model.ts'
import { type FailureCode, PipelineError } from '../../schemas/failure.ts'
import { Chance } from './chance.ts'
import type { Incarnation } from './incarnation.ts'
import type { Mood } from './plan.ts'

/** What the model was asked about one window of one incarnation, and what it said last. */
export interface Asked {
  readonly incarnation: Incarnation
  sent: number
  /** The reasons of the answers that say yes; a decision that triggers names one of them. */
  readonly yes: Set<string>
}

type Reply = 'yes' | 'unsure' | 'no' | 'twice' | 'wrong' | 'refused' | 'failed' | 'rejected' | 'never'

const weights: { readonly [M in Mood]: Readonly<Partial<Record<Reply, number>>> } = {
  well: { yes: 5, unsure: 1, no: 3 },
  slow: { yes: 5, no: 3, twice: 1 },
  mixed: { yes: 4, unsure: 1, no: 2, twice: 1, wrong: 2, refused: 1, failed: 2, rejected: 1, never: 1 },
  broken: { yes: 1, wrong: 5, refused: 1 },
  down: { failed: 5, never: 1, rejected: 1 },
}

const wrongTexts = [
  'yes, it should trigger',
  '{"should_trigger":true,"confidence":93,"reason":"per cent"}',
  '{"should_trigger":true,"confidence":0.9,"reason":"cut',
  '{"answer":{"should_trigger":true,"confidence":0.9,"reason":"inside"}}',
  '{"should_trigger":true,"confidence":0.9,"reason":"a"}{"should_trigger":false,"confidence":0.9,"reason":"b"}',
] as const

const failures = ['model_rate_limited', 'model_overloaded', 'model_timeout', 'model_unreachable'] as const
const rejections = ['model_key_rejected', 'model_out_of_money', 'model_request_rejected'] as const

/** A model that answers as its mood is: late, twice, wrong, never; it fails and refuses. The same question gets the same reply. */
export class MoodyModel {
  mood: Mood
  readonly asked = new Map<string, Asked>()
  private readonly seed: number
  private readonly clock: SchedulerLike

  constructor(seed: number, mood: Mood, clock: SchedulerLike) {
    this.seed = seed
    this.mood = mood
    this.clock = clock
  }

  ask({ messages }: ModelRequest, ruleId: string, incarnation: Incarnation): Observable<ModelReply> {
    return defer(() => {
      const first = firstEvent(messages[1]?.content ?? '')
      const name = nameOf(incarnation, ruleId, first.n)
      const asked = this.asked.get(name) ?? { incarnation, sent: 0, yes: new Set<string>() }
      this.asked.set(name, asked)
      asked.sent++
      incarnation.sent++
      const leave = incarnation.enter(`${ruleId}|${first.key}`)
      return this.reply(asked, new Chance(this.seed, first.n, asked.sent, incarnation.id)).pipe(
        finalize(leave),
      )
    })
  }

  /** What was asked about the window that begins with the event. */
  about(incarnation: Incarnation, ruleId: string, n: number): Asked | undefined {
    return this.asked.get(nameOf(incarnation, ruleId, n))
  }

  private reply(asked: Asked, chance: Chance): Observable<ModelReply> {
    const kind = chance.weighted(weights[this.mood])
    const latencyMs = this.mood === 'well' ? 0 : chance.pick([0, 0, 30, 900, 7000])
    const reply$ = defer(() => replies[kind](asked, chance))
    return latencyMs === 0 ? reply$ : timer(latencyMs, this.clock).pipe(concatMap(() => reply$))
  }
}

const replies: { readonly [R in Reply]: (asked: Asked, chance: Chance) => Observable<ModelReply> } = {
  yes: (asked, chance) => of(verdict(asked, 0.9, chance)),
  unsure: (asked, chance) => of(verdict(asked, 0.5, chance)),
  no: (_, chance) =>
    of(textReply(`{"should_trigger":false,"confidence":0.9,"reason":"no ${chance.int(0, 1e6)}"}`)),
  twice: (asked, chance) => of(verdict(asked, 0.9, chance), verdict(asked, 0.9, chance)),
  wrong: (_, chance) =>
    of({ ...textReply(chance.pick(wrongTexts)), finish: chance.is(0.2) ? 'length' : 'stop' }),
  refused: (_, chance) => of({ ...textReply(''), finish: chance.is(0.5) ? 'refusal' : 'content_filter' }),
  failed: (_, chance) => throwError(() => failure(chance.pick(failures), chance)),
  rejected: (_, chance) => throwError(() => failure(chance.pick(rejections), chance)),
  never: () => NEVER,
}

function verdict(asked: Asked, confidence: number, chance: Chance): ModelReply {
  const reason = `because ${chance.int(0, 1e6)}`
  if (confidence >= 0.7) asked.yes.add(reason)
  return textReply(JSON.stringify({ should_trigger: true, confidence, reason }))
}

function textReply(text: string): ModelReply {
  return { text, finish: 'stop', tokens: { input: 10, output: 2 } }
}

function failure(code: FailureCode, chance: Chance): PipelineError {
  return new PipelineError(
    code,
    'made to fail',
    chance.is(0.3) ? { retryAfterMs: chance.int(1, 20_000) } : {},
  )
}

function nameOf(incarnation: Incarnation, ruleId: string, n: number): string {
  return `${incarnation.id}|${ruleId}|${n}`
}

/** The prompt lists the events as JSON, one a line, oldest first. */
function firstEvent(prompt: string): { readonly n: number; readonly key: string } {
  const found = /^\{.*"context_key":"([^"]*)".*"n":(\d+)/m.exec(prompt)
  if (found === null) throw new Error('a prompt without an event')
  return { key: found[1] ?? '', n: Number(found[2]) }
}
