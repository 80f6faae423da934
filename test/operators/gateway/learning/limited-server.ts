import type { TokenUse } from '../../../../operators/gateway/quota.ts'
import type { ProviderLimits, QuotaLimitName } from '../../../../schemas/quota-limits.ts'

export interface LimitedServerOptions {
  readonly kind: 'fixed' | 'sliding' | 'bucket'
  readonly spanMs: number
  /** The window in which the limits are told. */
  readonly minuteMs: number
  readonly limitName?: 'requests_per_minute' | 'tokens_per_minute'
  /** The limit of a minute at that time. */
  readonly limitAt: (nowMs: number) => number
  readonly placesMax?: number
  readonly refusalsCount?: boolean
  readonly headers: 'none' | 'true' | 'of 10 s'
  /** How long it says to wait: the time itself in whole seconds, nothing, or so many milliseconds whatever the time. */
  readonly retryAfter: 'true' | 'none' | number
}

export interface ServerAnswer {
  readonly isAccepted: boolean
  readonly limits: ProviderLimits | undefined
  readonly retryAfterMs?: number | undefined
  readonly limitHit?: QuotaLimitName | undefined
}

/** A provider that keeps a limit that changes, and tells it or not. */
export class LimitedServer {
  /** When calls were accepted, and what they took of the limit. */
  readonly accepted: { readonly atMs: number; readonly cost: number }[] = []
  /** When calls were refused. */
  readonly refusedMs: number[] = []
  /** And calls of others. */
  readonly othersRefusedMs: number[] = []
  inFlight = 0
  private readonly options: LimitedServerOptions
  /** What is in the window, the oldest first; those before `oldest` have left it. */
  private readonly charged: { readonly atMs: number; readonly cost: number }[] = []
  private oldest = 0
  private used = 0
  private level = Infinity
  private levelMs = 0

  constructor(options: LimitedServerOptions) {
    this.options = options
  }

  receive(nowMs: number, tokens: TokenUse): ServerAnswer {
    const { placesMax = Infinity, refusalsCount = false } = this.options
    const cost = this.costOf(tokens)
    const hasPlace = this.inFlight < placesMax
    const waitMs = this.waitMs(nowMs, cost)
    const isAccepted = hasPlace && waitMs <= 0
    if (isAccepted || refusalsCount) this.charge(nowMs, cost)
    if (!isAccepted) return this.refuse(nowMs, hasPlace ? undefined : 'concurrency', waitMs)
    this.accepted.push({ atMs: nowMs, cost })
    this.inFlight++
    return { isAccepted, limits: this.headers(nowMs) }
  }

  /** A call of somebody else. */
  receiveOther(nowMs: number): void {
    if (this.waitMs(nowMs, 1) <= 0) this.charge(nowMs, 1)
    else this.othersRefusedMs.push(nowMs)
  }

  private costOf({ input, output }: TokenUse): number {
    return this.options.limitName === 'tokens_per_minute' ? input + output : 1
  }

  private refuse(nowMs: number, limitHit: QuotaLimitName | undefined, waitMs: number): ServerAnswer {
    this.refusedMs.push(nowMs)
    const retryAfterMs = this.toldWaitMs(waitMs)
    return { isAccepted: false, limits: this.headers(nowMs), limitHit, retryAfterMs }
  }

  private limitOfSpan(nowMs: number): number {
    const { limitAt, spanMs, minuteMs } = this.options
    return Math.max(1, Math.floor((limitAt(nowMs) * spanMs) / minuteMs))
  }

  private left(nowMs: number): number {
    const { kind, spanMs } = this.options
    const limit = this.limitOfSpan(nowMs)
    if (kind === 'bucket') {
      this.level = Math.min(limit, this.level + ((nowMs - this.levelMs) * limit) / spanMs)
      this.levelMs = nowMs
      return this.level
    }
    const hasLeft = (atMs: number) =>
      kind === 'sliding' ? nowMs - atMs >= spanMs : Math.floor(atMs / spanMs) < Math.floor(nowMs / spanMs)
    for (;;) {
      const next = this.charged[this.oldest]
      if (next === undefined || !hasLeft(next.atMs)) return limit - this.used
      this.used -= next.cost
      this.oldest++
    }
  }

  private charge(nowMs: number, cost: number): void {
    this.level -= cost
    this.used += cost
    this.charged.push({ atMs: nowMs, cost })
  }

  private waitMs(nowMs: number, cost: number): number {
    const { kind, spanMs } = this.options
    let missing = cost - this.left(nowMs)
    if (missing <= 0) return 0
    if (kind === 'bucket') return (missing * spanMs) / this.limitOfSpan(nowMs)
    if (kind === 'fixed') return (Math.floor(nowMs / spanMs) + 1) * spanMs - nowMs
    const last = this.charged.slice(this.oldest).find(({ cost: freed }) => (missing -= freed) <= 0)
    return last === undefined ? spanMs : last.atMs + spanMs - nowMs
  }

  private toldWaitMs(waitMs: number): number | undefined {
    const { retryAfter } = this.options
    if (retryAfter === 'none') return undefined
    return retryAfter === 'true' ? Math.ceil(waitMs / 1000) * 1000 : retryAfter
  }

  private headers(nowMs: number): ProviderLimits | undefined {
    const { headers, spanMs, minuteMs, limitAt, limitName = 'requests_per_minute' } = this.options
    if (headers === 'none') return undefined
    const unit = headers === 'true' ? 1 : 6
    const limit = Math.floor(limitAt(nowMs) / unit)
    const left = Math.max(0, Math.floor((this.left(nowMs) * minuteMs) / spanMs))
    return { [limitName]: { limit, remaining: Math.min(limit, Math.floor(left / unit)), resetMs: null } }
  }
}
