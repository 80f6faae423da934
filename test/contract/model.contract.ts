import { expect, describe, test, vi } from 'vitest'
import type { Observable } from 'rxjs'
import { answerSchema } from '../../operators/asking/answer-schema.ts'
import type { AskModel, ModelReply, ModelRequest } from '../../operators/asking/model.ts'
import { type FailureCode, PipelineError } from '../../schemas/failure.ts'

/** What the model behind a port does with the requests of one test. */
export type ModelBehaviour =
  | { readonly kind: 'reply'; readonly text: string; readonly finish: ModelReply['finish'] }
  | { readonly kind: 'fail'; readonly code: FailureCode }
  /** Takes the request and never answers; a port that bounds its time does so at `timeoutMs`. */
  | { readonly kind: 'hang'; readonly timeoutMs: number }

/** A port to a model that behaves as told. */
export interface ModelBench {
  readonly ask: AskModel
  /** Requests that reached the model. */
  sent(): number
  /** Requests whose asker went away before the answer. */
  abandoned(): number
}

export interface ModelContract {
  readonly setUp: (behaviour: ModelBehaviour) => Promise<ModelBench>
  /** Failures that the bench can cause. */
  readonly failures: readonly FailureCode[]
  /** The port bounds its time itself. */
  readonly timesOut: boolean
}

const WAIT = { timeout: 5000, interval: 10 }
const verdict = '{"should_trigger": true, "confidence": 0.9, "reason": "ü"}'
const request: ModelRequest = {
  messages: [
    { role: 'system', content: 'judge' },
    { role: 'user', content: 'events' },
  ],
  answerSchema,
  outputTokensMax: 300,
}

/** What every adapter of the model port shows. */
export function describeModel(name: string, { setUp, failures, timesOut }: ModelContract): void {
  describe(`the model port of ${name}`, () => {
    test.each(['stop', 'length', 'refusal', 'content_filter'] as const)(
      'emits one reply and completes, at a finish of %s',
      async finish => {
        const { ask } = await setUp({ kind: 'reply', text: verdict, finish })
        const { seen } = watch(ask(request))
        await vi.waitFor(() => expect(seen.ended).not.toBeNull(), WAIT)
        const { replies, ended } = seen
        expect([replies.length, ended]).toEqual([1, 'complete'])
        expect(replies[0]?.finish).toBe(finish)
        if (finish === 'stop' || finish === 'length') expect(replies[0]?.text).toBe(verdict)
        expect(replies[0]?.tokens.input).toBeGreaterThan(0)
      },
    )

    test('asks once for each subscription, and not before', async () => {
      const { ask, sent } = await setUp({ kind: 'reply', text: verdict, finish: 'stop' })
      const asked$ = ask(request)
      expect(sent()).toBe(0)
      const [first, second] = [watch(asked$), watch(asked$)]
      await vi.waitFor(
        () => expect([first.seen.ended, second.seen.ended]).toEqual(['complete', 'complete']),
        WAIT,
      )
      expect(sent()).toBe(2)
    })

    test('gives the request up when it is unsubscribed, and says nothing more', async () => {
      const { ask, sent, abandoned } = await setUp({ kind: 'hang', timeoutMs: 60_000 })
      const { seen, subscription } = watch(ask(request))
      await vi.waitFor(() => expect(sent()).toBe(1), WAIT)
      subscription.unsubscribe()
      await vi.waitFor(() => expect(abandoned()).toBe(1), WAIT)
      expect(seen).toEqual({ replies: [], ended: null })
    })

    test.each(failures)('fails with %s, without a retry of its own', async code => {
      const { ask, sent } = await setUp({ kind: 'fail', code })
      const { seen } = watch(ask(request))
      await vi.waitFor(() => expect(seen.ended).not.toBeNull(), WAIT)
      expect(seen.replies).toEqual([])
      expect(seen.ended).toBeInstanceOf(PipelineError)
      expect(seen.ended).toMatchObject({ code })
      expect(sent()).toBeLessThanOrEqual(1)
    })

    test.runIf(timesOut)('fails with model_timeout when the answer does not come', async () => {
      const { ask, abandoned } = await setUp({ kind: 'hang', timeoutMs: 200 })
      const { seen } = watch(ask(request))
      await vi.waitFor(() => expect(seen.ended).toMatchObject({ code: 'model_timeout' }), WAIT)
      await vi.waitFor(() => expect(abandoned()).toBe(1), WAIT)
    })
  })
}

function watch(asked$: Observable<ModelReply>) {
  const seen: { replies: ModelReply[]; ended: unknown } = { replies: [], ended: null }
  const subscription = asked$.subscribe({
    next: reply => seen.replies.push(reply),
    error: (error: unknown) => {
      seen.ended = error
    },
    complete: () => {
      seen.ended = 'complete'
    },
  })
  return { seen, subscription }
}
