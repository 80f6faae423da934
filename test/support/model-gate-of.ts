import type { SchedulerLike } from 'rxjs'
import type { CallRequest } from '../../operators/gateway/admission.ts'
import { localQuota } from '../../operators/gateway/local-quota.ts'
import { type ModelGate, modelGate, type ModelGateOptions } from '../../operators/gateway/model-gate.ts'
import type { QuotaLimits } from '../../operators/gateway/quota.ts'
import { noLimits } from './no-limits.ts'

export interface TestGateOptions extends Partial<Omit<ModelGateOptions, 'clock' | 'ask'>> {
  readonly clock: SchedulerLike
  readonly ask: ModelGateOptions['ask']
  readonly limits?: Partial<QuotaLimits>
}

/** The gate of a model without limits but for those that a test gives it; all its requests take the same way. */
export function modelGateOf({ clock, limits, ...options }: TestGateOptions): ModelGate {
  return modelGate({
    name: 'fast',
    modelId: 'scripted-1',
    price: null,
    retry: { retriesMax: 3, baseDelayMs: 2000, delayMsMax: 60_000 },
    fallbackAfterMs: 60_000,
    jitterMs: 0,
    charge: 'settle',
    questionHash: prompt => prompt.contentHash,
    quota: localQuota({
      clock,
      limits: { ...noLimits, ...limits },
      jitterMs: 0,
      leaseMs: 3_600_000,
      charge: 'settle',
    }),
    clock,
    ...options,
  })
}

/** A call of an ordinary rule. */
export function callRequest(more: Partial<CallRequest> = {}): CallRequest {
  return {
    priority: 'medium',
    ruleId: 'rule',
    tokens: { input: 100, output: 20 },
    hasFallback: false,
    isRetry: false,
    ...more,
  }
}
