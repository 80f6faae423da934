import { type Observable, type SchedulerLike, tap } from 'rxjs'
import type { Quota, QuotaAnswer, QuotaLimits, QuotaRequest, QuotaUse, TokenUse } from './quota.ts'

export interface QuotaAheadOptions {
  readonly quota: Quota
  readonly clock: SchedulerLike
  /** How long before its place is free a call is granted, at most. */
  readonly aheadMs: number
  /** Whoever is handed the calls: it makes so many of them at once, and keeps the others until a place is free. Null: no bound. */
  readonly keepTo: (places: number | null) => void
}

/** However short calls are, no more than this share of the places is granted before there is one. */
const AHEAD_SHARE_MAX = 0.5
/** Weight of the last call in how long calls take. */
const LAST_WEIGHT = 1 / 16

/**
 * A quota that grants calls a moment before they have a place, for a model that keeps them until there is one. The next call
 * is then sent when one has ended, and not when the thread of the lanes has come to it: of calls of 100 ms that took 7 to 11.
 *
 * Shape:  as `quota`, with as many more granted as come to a place within `aheadMs`, as long as calls took lately; none while
 *         that is not known.
 * Time:   as `quota`. What it grants may be sent by `aheadMs` later, which the jitter of `quota` has to allow for.
 * State:  when each call in flight was granted.
 * Errors: none.
 */
export class QuotaAhead implements Quota {
  limits: QuotaLimits
  private processes = 1
  /** How long calls took lately; null: not known. */
  private callMs: number | null = null
  private ahead = 0
  private readonly grantedMs = new Map<string, number>()
  private readonly quota: Quota
  private readonly clock: SchedulerLike
  private readonly aheadMs: number
  private readonly keepTo: QuotaAheadOptions['keepTo']

  constructor({ quota, clock, aheadMs, keepTo }: QuotaAheadOptions) {
    this.limits = quota.limits
    this.quota = quota
    this.clock = clock
    this.aheadMs = aheadMs
    this.keepTo = keepTo
    this.keep()
  }

  get closedMs(): number {
    return this.quota.closedMs
  }

  take(request: QuotaRequest): Observable<QuotaAnswer> {
    return this.quota.take(request).pipe(
      tap(answer => {
        if (answer.kind === 'granted') this.grantedMs.set(answer.lease, this.clock.now())
      }),
    )
  }

  settle(lease: string, used: TokenUse | null): void {
    const sinceMs = this.grantedMs.get(lease)
    this.grantedMs.delete(lease)
    this.quota.settle(lease, used)
    // One that failed may have ended at once, and says nothing of how long the others take.
    if (sinceMs !== undefined && used !== null && used.output > 0) this.took(this.clock.now() - sinceMs)
  }

  close(forMs: number): void {
    this.quota.close(forMs)
  }

  change(limits: QuotaLimits): void {
    this.limits = limits
    this.keep()
  }

  shareAmong(processes: number): void {
    this.processes = processes
    this.quota.shareAmong(processes)
    this.keep()
  }

  used(): QuotaUse {
    const used = this.quota.used()
    return { ...used, concurrency: Math.min(used.concurrency, this.limits.concurrency ?? Infinity) }
  }

  /** Those of this process; null: no bound. */
  get places(): number | null {
    const { concurrency } = this.limits
    if (concurrency === null) return null
    return concurrency < 1 ? 0 : Math.floor(Math.max(1, concurrency / this.processes))
  }

  private keep(): void {
    this.keepTo(this.places)
    this.ahead = this.aheadOf(this.places)
    this.hold()
  }

  private took(ms: number): void {
    this.callMs = this.callMs === null ? ms : this.callMs + (ms - this.callMs) * LAST_WEIGHT
    const ahead = this.aheadOf(this.places)
    if (ahead === this.ahead) return
    this.ahead = ahead
    this.hold()
  }

  private aheadOf(places: number | null): number {
    if (places === null || this.callMs === null) return 0
    return Math.floor(places * Math.min(this.aheadMs / this.callMs, AHEAD_SHARE_MAX))
  }

  private hold(): void {
    const { concurrency } = this.limits
    // Of what is granted here each process has its part.
    const granted = concurrency === null ? null : concurrency + this.ahead * this.processes
    this.quota.change({ ...this.limits, concurrency: granted })
  }
}
