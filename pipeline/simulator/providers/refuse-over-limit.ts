import { providers } from './providers.ts'
import { retryAfterHeaders } from './retry-after-headers.ts'
import type { Exceeded } from '../create-admission.ts'
import type { SimulatorSettings } from '../parse-simulator-settings.ts'
import type { Headers, Refusal } from './provider.ts'

export interface OverLimit {
  readonly exceeded: Exceeded
  readonly model: string
  readonly epochMs: number
}

/** Refuses a request that exceeds a limit, and tells the wait as the settings have it: the true one, another, or none. */
export function refuseOverLimit(
  settings: SimulatorSettings,
  { exceeded, model, epochMs }: OverLimit,
): Refusal & { readonly headers: Headers } {
  const provider = providers[settings.provider]
  const waitMs = toldWaitMs(settings, exceeded.waitMs)
  const inHeader = waitMs !== undefined && provider.sendsRetryAfter
  return {
    ...provider.refuse({ kind: 'limit', limit: exceeded.limit, most: exceeded.most, waitMs, model }),
    headers: inHeader ? retryAfterHeaders(waitMs, settings.retryAfterForm, epochMs) : {},
  }
}

function toldWaitMs({ retryAfter }: SimulatorSettings, waitMs: number): number | undefined {
  if (typeof retryAfter === 'number') return retryAfter * 1000
  return retryAfter ? waitMs : undefined
}
