import { asyncScheduler, defer, firstValueFrom, fromEvent, retry, takeUntil, throwError, timer } from 'rxjs'
import { answerSchema } from '../../../../operators/asking/answer-schema.ts'
import { localQuota } from '../../../../operators/gateway/local-quota.ts'
import { modelGate } from '../../../../operators/gateway/model-gate.ts'
import { openaiModel } from '../../../../pipeline/openai/openai-model.ts'
import { PipelineError } from '../../../../schemas/failure.ts'
import { type Call, CALLERS, type Calls, type Contender, IN_FLIGHT_MAX } from '../contender.ts'

const TIMEOUT_MS = 120_000
const RETRIES = 3
const RETRY_DELAY_MS = 1000

/** Ours: the gate that every call of the pipeline passes, with its own adapter and the default jitter, a sixtieth of the minute. */
export const gatewayContender: Contender = {
  name: 'ours',
  async run(calls) {
    const gate = gateTo(calls)
    const over$ = fromEvent(calls.signal, 'abort')
    const answer = ({ messages, outputTokensMax, tokens }: Call) => {
      const call$ = gate.ask({ messages, answerSchema, outputTokensMax })
      const request = { ruleId: 'bench', priority: 'medium', hasFallback: false, isRetry: false } as const
      return defer(() => gate.admit(call$, { ...request, tokens })).pipe(
        retry({
          count: RETRIES,
          delay: (error: unknown) =>
            error instanceof PipelineError && error.retryable
              ? timer(RETRY_DELAY_MS)
              : throwError(() => error),
        }),
        takeUntil(over$),
      )
    }
    await calls.keepBusy(CALLERS, call => firstValueFrom(answer(call)))
  },
}

function gateTo({ baseUrl, quota: { limits, minuteMs, charge } }: Calls) {
  const jitterMs = minuteMs / 60
  return modelGate({
    name: 'ours',
    jitterMs,
    minuteMs,
    modelId: 'simulated',
    ask: openaiModel({ baseUrl, apiKey: undefined, model: 'simulated', timeoutMs: TIMEOUT_MS }),
    quota: localQuota({
      limits: { ...limits, concurrency: limits.concurrency ?? IN_FLIGHT_MAX },
      minuteMs,
      charge,
      jitterMs,
      leaseMs: TIMEOUT_MS,
      clock: asyncScheduler,
    }),
    charge,
    price: null,
    retry: { retriesMax: RETRIES, baseDelayMs: RETRY_DELAY_MS, delayMsMax: RETRY_DELAY_MS },
    fallbackAfterMs: TIMEOUT_MS,
    questionHash: () => '',
    clock: asyncScheduler,
  })
}
