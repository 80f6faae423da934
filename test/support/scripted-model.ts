import { concatMap, defer, type Observable, of, type SchedulerLike, throwError, timer } from 'rxjs'
import type { AskModel, ModelMessage, ModelReply, ModelRequest } from '../../operators/asking/model.ts'
import type { Event } from '../../schemas/event.ts'
import { eventSchema } from '../../schemas/event.ts'

export interface ModelCall {
  /** When the request was sent. */
  readonly atMs: number
  readonly messages: readonly ModelMessage[]
  readonly prompt: string
  readonly events: readonly Event[]
}

export interface ScriptedModel {
  readonly ask: AskModel
  readonly calls: readonly ModelCall[]
}

export interface ScriptedModelOptions {
  readonly clock: SchedulerLike
  readonly latencyMs?: number
  /** The answer to the n-th call, from 0: a verdict, the text of one, a whole reply, or an error. */
  readonly answer?: (call: ModelCall, n: number) => ScriptedAnswer
}

export type ScriptedAnswer =
  | { readonly should_trigger: boolean; readonly confidence: number; readonly reason?: string }
  | string
  | Error
  | Pick<ModelReply, 'text' | 'finish' | 'failure'>

const YES: ScriptedAnswer = { should_trigger: true, confidence: 0.9, reason: 'scripted' }

/** A model that answers by a function, after a latency on the given clock. */
export function scriptedModel({
  clock,
  latencyMs = 0,
  answer = () => YES,
}: ScriptedModelOptions): ScriptedModel {
  const calls: ModelCall[] = []
  const send = ({ messages }: ModelRequest): Observable<ModelReply> => {
    const prompt = messages[1]?.content ?? ''
    const call = { atMs: clock.now(), messages, prompt, events: eventsIn(prompt) }
    const n = calls.push(call) - 1
    const reply$ = defer(() => replyOf(answer(call, n)))
    return latencyMs === 0 ? reply$ : timer(latencyMs, clock).pipe(concatMap(() => reply$))
  }
  return { calls, ask: request => defer(() => send(request)) }
}

function replyOf(scripted: ScriptedAnswer): Observable<ModelReply> {
  if (scripted instanceof Error) return throwError(() => scripted)
  const tokens = { input: 100, output: 20 }
  if (typeof scripted === 'string') return of({ text: scripted, finish: 'stop', tokens })
  if ('text' in scripted) return of({ ...scripted, tokens })
  return of({ text: JSON.stringify({ reason: 'scripted', ...scripted }), finish: 'stop', tokens })
}

function eventsIn(prompt: string): readonly Event[] {
  return prompt.split('\n').flatMap(line => {
    if (!line.startsWith('{')) return []
    const parsed = eventSchema.partial().safeParse(JSON.parse(line))
    return parsed.success ? [eventSchema.parse({ source: '', ...parsed.data })] : []
  })
}
