import type { Observable } from 'rxjs'
import type { QuotaLimitName } from '../../schemas/quota-limits.ts'

/** Null: there is no such limit. */
export type QuotaLimits = Readonly<Record<QuotaLimitName, number | null>>

/** What is charged now in the window of each limit, also where there is none; for `concurrency`, the calls in flight. */
export type QuotaUse = Readonly<Record<QuotaLimitName, number>>

/** What one request takes of the limits on tokens: estimated before it is sent, known when it has ended. */
export interface TokenUse {
  readonly input: number
  readonly output: number
}

export interface QuotaRequest {
  readonly tokens: TokenUse
  /** A critical call may use what is kept back for such. */
  readonly critical: boolean
  /** How long it has waited: of a quota that processes share, the next turn is that of the call that has waited longest. */
  readonly waitedMs?: number
}

export type QuotaAnswer =
  | { readonly kind: 'granted'; readonly lease: string }
  /**
   * To be asked again after so many milliseconds, and whenever a call has ended: that frees its place and may give back
   * tokens. Infinity where only the end of another call helps. `closed`: the provider asked for quiet.
   */
  | { readonly kind: 'wait'; readonly waitMs: number; readonly by: QuotaLimitName | 'closed' }
  /** It is larger than the limit: no wait would help. */
  | { readonly kind: 'never'; readonly by: QuotaLimitName }

/**
 * The quota of one model, of this process alone or shared with others.
 *
 * Shape:  `take` emits one answer and completes; a granted one holds a place of the concurrency and its cost in every window.
 * Time:   on the quota's own clock. A lease that is never settled ends by itself and is charged as it was estimated.
 * State:  what was sent within the longest window.
 * Errors: none: a shared quota that cannot be reached answers by this process's share.
 */
export interface Quota {
  readonly limits: QuotaLimits
  take(request: QuotaRequest): Observable<QuotaAnswer>
  /** The call has ended: its place is free, and its cost is what the provider charged; null: as it was estimated. Once for each lease. */
  settle(lease: string, used: TokenUse | null): void
  /** No call starts for so long, whatever the windows hold; never shortens an earlier one. */
  close(forMs: number): void
  change(limits: QuotaLimits): void
  /**
   * So many processes use the quota, as far as their group knows. One that cannot ask the others counts each of its calls
   * for all of them, so that it takes its part of every limit and never the whole; `limits` stay those of the whole.
   */
  shareAmong(processes: number): void
  used(): QuotaUse
  /** How long no call starts yet because the provider asked for quiet; 0 when calls may start. */
  readonly closedMs: number
}
