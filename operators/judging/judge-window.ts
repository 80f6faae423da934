import { hash } from 'node:crypto'
import {
  catchError,
  concatMap,
  defer,
  finalize,
  map,
  type Observable,
  of,
  take,
  throwError,
  timeout,
} from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { ClosedWindow } from '../windows/window.ts'
import { workOf } from '../windows/work-of.ts'
import { buildPrompt, type Prompt } from '../asking/build-prompt.ts'
import { correctiveMessages } from '../asking/corrective-messages.ts'
import type { Answer } from '../asking/parse-answer.ts'
import type { JudgeWindowOptions, Verdict } from './verdict.ts'
import { type ReadReply, WindowCall } from './window-call.ts'

/** A window that gets its place only after its `holdMs` still has so long: the model may just have been busy. */
const LAST_CHANCE_MS = 30_000

/**
 * Asks the model about one window, as often as it takes.
 *
 * Shape:  one verdict, then completes. A rule without a model, or one that is gone, is not asked about.
 * Time:   until there is an answer, at most `holdMs` from the call of this function, which is when the window closes; what
 *         cannot be had by then is `model_unavailable`.
 * State:  none that outlives it. Unsubscribing aborts the request under way.
 * Errors: bugs only. A `model_*` failure that waiting can cure is retried, any other is the verdict; a broken answer gets one
 *         corrective retry.
 */
export function judgeWindow(window: ClosedWindow, options: JudgeWindowOptions): Observable<Verdict> {
  const { rule } = window
  if (rule?.rule_config.llm_config === undefined) return of(unasked(window))
  // Called when the window closes, subscribed when it gets its place in judgement.
  const closedMs = options.clock.now()
  return defer(() => {
    const call = new WindowCall(window, rule, { ...options, closedMs })
    const holdMs = closedMs + options.holdMs - options.clock.now()
    // The windows before it had the model's attention all that time, and in vain.
    if (holdMs <= 0 && options.modelsOf(rule).every(({ failing }) => failing))
      return of(call.verdict(call.unavailable()))
    const prompt = buildPrompt({
      description: rule.rule_config.llm_config?.description ?? '',
      events: window.held.map(held => workOf(held).event),
      promptTokensMax: options.promptTokensMax,
      fenceSecret: options.fenceSecret,
    })
    return call.ask({ messages: prompt.messages, prompt, contentHash: () => prompt.contentHash }).pipe(
      concatMap(reply => correctedOnce(call, prompt, reply)),
      timeout({
        first: Math.max(holdMs, Math.min(options.holdMs, LAST_CHANCE_MS)),
        scheduler: options.clock,
        with: () => throwError(() => call.unavailable()),
      }),
      catchError((error: unknown) => {
        if (error instanceof PipelineError) return of(error)
        throw error
      }),
      // A model that answers twice has answered once: windows of a key are written in their order by that.
      take(1),
      map(answer => call.verdict(answer)),
      finalize(() => {
        call.account.ended('abandoned')
      }),
    )
  })
}

function correctedOnce(
  call: WindowCall,
  prompt: Prompt,
  { text, isFinal, answer }: ReadReply,
): Observable<Answer | PipelineError> {
  if (!(answer instanceof PipelineError) || isFinal) return of(answer)
  if (answer.code !== 'answer_invalid' && answer.code !== 'answer_truncated') return of(answer)
  const corrective = {
    messages: correctiveMessages(prompt.messages, text, answer.message),
    prompt: null,
    contentHash: () => hash('sha256', JSON.stringify([prompt.contentHash, text, answer.message])),
  }
  return call.ask(corrective).pipe(map(second => second.answer))
}

function unasked(window: ClosedWindow): Verdict {
  const tokens = { input: 0, output: 0 }
  return {
    kind: 'verdict',
    window,
    answer: null,
    model: null,
    questionHash: null,
    cache: 'none',
    budget: null,
    attempts: [],
    tokens,
    costUsd: 0,
    queueMs: 0,
    callMs: 0,
  }
}
