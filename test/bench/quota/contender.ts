import type { QuotaLimits, TokenUse } from '../../../operators/gateway/quota.ts'
import type { ModelMessage } from '../../../operators/asking/model.ts'

/** One call that wants to be made. */
export interface Call {
  readonly messages: readonly ModelMessage[]
  readonly outputTokensMax: number
  /** What the provider will charge it before it has answered: nobody has to guess here. */
  readonly tokens: TokenUse
}

/** What a customer knows of the quota. */
export interface KnownQuota {
  readonly limits: QuotaLimits
  /** How long the minute of the limits lasts. */
  readonly minuteMs: number
  readonly charge: 'estimate' | 'settle'
}

/** More calls than the provider takes, for as long as the run lasts. */
export interface Calls {
  readonly baseUrl: string
  readonly quota: KnownQuota
  /** Aborted when the run is over. */
  readonly signal: AbortSignal
  /** So many callers at once make one call after the other; a call whose promise rejects has failed. */
  keepBusy(callers: number, make: (call: Call) => Promise<unknown>): Promise<void>
}

/** One way to keep to a quota. */
export interface Contender {
  readonly name: string
  /** Makes calls until the run is over. */
  run(calls: Calls): Promise<void>
}

/** Calls in flight that every contender allows itself, more than the quotas of requests and tokens need. */
export const IN_FLIGHT_MAX = 64

/** Callers of a contender that has calls wait: there is always one waiting. */
export const CALLERS = 2 * IN_FLIGHT_MAX
