import { firstValueFrom, fromEvent, merge, NEVER, Subject, timer } from 'rxjs'
import { answerSchema } from '../../../../operators/asking/answer-schema.ts'
import type { Quota } from '../../../../operators/gateway/quota.ts'
import { openaiModel } from '../../../../pipeline/openai/openai-model.ts'
import { PipelineError } from '../../../../schemas/failure.ts'
import { type Call, CALLERS, type Calls, type Contender, type KnownQuota } from '../contender.ts'

const TIMEOUT_MS = 120_000
const ATTEMPTS_MAX = 4
const CLOSED_MS = 1000

/** Ours: the model's own adapter behind a quota. Calls get to it one after the other, and each attempt is admitted anew. */
export function quotaContender(name: string, quotaOf: (known: KnownQuota) => Quota): Contender {
  return {
    name,
    async run(calls) {
      const admission = admissionTo(quotaOf(calls.quota), calls)
      const ask = openaiModel({
        baseUrl: calls.baseUrl,
        apiKey: undefined,
        model: 'simulated',
        timeoutMs: TIMEOUT_MS,
      })
      const attempt = (call: Call) =>
        admission.admit(call, async () => {
          const { messages, outputTokensMax } = call
          const reply = await firstValueFrom(ask({ messages, answerSchema, outputTokensMax }))
          return reply.tokens
        })
      await calls.keepBusy(CALLERS, async call => {
        for (let attempts = 1; ; attempts += 1) {
          try {
            await attempt(call)
            return
          } catch (error) {
            if (attempts === ATTEMPTS_MAX || !isLimit(error)) throw error
            admission.close(error.retryAfterMs ?? CLOSED_MS)
          }
        }
      })
    },
  }
}

function isLimit(error: unknown): error is PipelineError {
  return error instanceof PipelineError && error.code === 'model_rate_limited'
}

type Ask = () => Promise<{ readonly input: number; readonly output: number }>

function admissionTo(quota: Quota, { signal }: Calls) {
  const over$ = fromEvent(signal, 'abort')
  const ended$ = new Subject<void>()
  let last = Promise.resolve()

  const lease = async ({ tokens }: Call): Promise<string> => {
    for (;;) {
      signal.throwIfAborted()
      const answer = await firstValueFrom(quota.take({ tokens, critical: false }))
      if (answer.kind === 'granted') return answer.lease
      if (answer.kind === 'never') throw new Error(`larger than ${answer.by}`)
      // A timer takes Infinity for no time at all.
      const waited$ = answer.waitMs === Infinity ? NEVER : timer(answer.waitMs)
      await firstValueFrom(merge(waited$, ended$, over$))
    }
  }
  return {
    async admit(call: Call, ask: Ask): Promise<void> {
      const turn = last.then(() => lease(call))
      last = turn.then(
        () => undefined,
        () => undefined,
      )
      const taken = await turn
      try {
        quota.settle(taken, await ask())
      } catch (error) {
        quota.settle(taken, null)
        throw error
      } finally {
        ended$.next()
      }
    },
    close(forMs: number): void {
      quota.close(forMs)
    },
  }
}
