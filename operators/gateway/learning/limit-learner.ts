import type { ModelLimits } from '../../../schemas/model-limits.ts'
import { type ProviderLimits, type QuotaLimitName, quotaLimitNames } from '../../../schemas/quota-limits.ts'
import { isoTime } from '../../lanes/iso-time.ts'
import { tokensOf } from '../limits/tokens-of.ts'
import type { QuotaLimits, QuotaUse, TokenUse } from '../quota.ts'
import { type Learned, LearnedLimit } from './learned-limit.ts'
import { type Hold, Quiet, type SentCall } from './quiet.ts'
import { rememberedLimit } from './remembered-limit.ts'

export interface LimitLearnerOptions {
  readonly configured: QuotaLimits
  /** By how much the quota's windows are longer than the provider's. */
  readonly jitterMs: number
  /** The windows of the limits of a minute; shorter ones are for quotas that are scaled down. */
  readonly minuteMs?: number
}

/** What a provider says when it refuses a call for its quota. */
export interface QuotaRefusal {
  readonly nowMs: number
  /** Which limit was hit, where it says so. */
  readonly limitHit?: QuotaLimitName | undefined
  readonly retryAfterMs?: number | undefined
  readonly limits?: ProviderLimits | undefined
}

/** What one limit is held to, and why: for people. */
export interface LimitEvidence {
  readonly configured: number | null
  /** Null: nothing below the configured limit. */
  readonly learned: Learned | null
  /** What others use of what the provider says is the limit. */
  readonly usedByOthers: number
}

/** Those of a day are only told: no process runs for days to see what is accepted in one. */
const taughtByRefusals = quotaLimitNames.filter(name => !isOfDay(name))

/** Nothing is known from two bursts of refusals that lie further apart, in windows. */
const APART_MAX = 2

/**
 * Learns what the real limits of one model are, and keeps calls back from it after a refusal.
 *
 * Shape:  `started` for each call when it is sent, then one of `accepted`, `refused` and `ended`. What the quota is to be held to
 *         is in `limits`: another object when it has changed.
 * Time:   the caller's, in milliseconds; it never goes back.
 * State:  some numbers for each limit, and one burst of refusals.
 * Errors: none.
 */
export class LimitLearner {
  private readonly windowMs: number
  /** Of what is charged in the quota's windows, what was sent within the provider's. */
  private readonly sentShare: number
  private readonly learned: Readonly<Record<QuotaLimitName, LearnedLimit>>
  private readonly quiet: Quiet
  private held: QuotaLimits
  private hit: QuotaLimitName = 'requests_per_minute'
  private lastHold: Hold | null = null
  private calls = 0
  private largest: TokenUse = { input: 0, output: 0 }
  private firstSentMs = Infinity

  constructor({ configured, jitterMs, minuteMs = 60_000 }: LimitLearnerOptions) {
    this.windowMs = minuteMs
    this.sentShare = minuteMs / (minuteMs + jitterMs)
    this.learned = ofEach(name => new LearnedLimit({ configured: configured[name], windowMs: minuteMs }))
    this.quiet = new Quiet(minuteMs)
    this.held = configured
  }

  /** The configured limits, or what was learned where that is lower. */
  get limits(): QuotaLimits {
    return this.held
  }

  get evidence(): Readonly<Record<QuotaLimitName, LimitEvidence>> {
    return ofEach(name => {
      const { configured, learned, usedByOthers } = this.learned[name]
      return { configured, learned, usedByOthers }
    })
  }

  /** How long no call may start: 0 when one may. What is heard of a call may end it earlier. */
  closedMs(nowMs: number): number {
    return this.quiet.closedMs(nowMs)
  }

  /** Before a call asks for its turn. */
  asked({ input, output }: TokenUse): void {
    if (input <= this.largest.input && output <= this.largest.output) return
    this.largest = {
      input: Math.max(input, this.largest.input),
      output: Math.max(output, this.largest.output),
    }
    for (const name of quotaLimitNames) this.learned[name].needs(tokensOf(name, this.largest) ?? 1)
    this.hold()
  }

  /** A call is sent. `used` is what its quota has charged, with it. */
  started(nowMs: number, used: QuotaUse): SentCall {
    const hold = this.quiet.outlasted(nowMs)
    if (hold !== null) this.learnFrom(hold, nowMs)
    this.firstSentMs = Math.min(this.firstSentMs, nowMs)
    const call = { number: ++this.calls, sentMs: nowMs, used, refused: this.quiet.refusals }
    this.quiet.sent(call)
    if (this.quiet.refusals === 0)
      for (const name of taughtByRefusals) this.learned[name].raise(nowMs, this.sentBy(call, name))
    this.hold()
    return call
  }

  /** The provider has answered, whatever it answered. */
  accepted(call: SentCall, nowMs: number, limits?: ProviderLimits): void {
    this.read(limits, call, nowMs)
    const hold = this.quiet.accepted(call)
    if (hold !== null) this.learnFrom(hold, nowMs)
    this.hold()
  }

  refused(call: SentCall, { nowMs, limitHit, retryAfterMs, limits }: QuotaRefusal): void {
    this.read(limits, call, nowMs)
    if (this.quiet.refusals === 0) this.hit = limitHit ?? this.fullest(call)
    this.quiet.refused({ call, nowMs, retryAfterMs })
    this.hold()
  }

  /** The call ended otherwise: nothing is known from it. */
  ended(call: SentCall, nowMs: number): void {
    this.quiet.ended(call, nowMs)
  }

  /** Other limits are configured from now on. */
  configure(configured: QuotaLimits): void {
    for (const name of quotaLimitNames) this.learned[name].configure(configured[name])
    this.hold()
  }

  /** What is known, to be kept. */
  snapshot(nowMs: number): ModelLimits {
    const limits: ModelLimits['limits'] = {}
    for (const name of quotaLimitNames) {
      const { configured, learned } = this.learned[name]
      if (learned === null) continue
      const { limit, sinceMs, why } = learned
      limits[name] = { configured, learned: limit, since: isoTime(sinceMs), why }
    }
    return { at: isoTime(nowMs), limits }
  }

  /** Takes up what was kept; what this process has been told since comes first. */
  restore(kept: ModelLimits, nowMs: number): void {
    for (const name of quotaLimitNames) {
      const remembered = rememberedLimit(kept, name, nowMs)
      if (remembered !== null) this.learned[name].restore(remembered, nowMs)
    }
    this.hold()
  }

  private read(limits: ProviderLimits | undefined, call: SentCall, nowMs: number): void {
    if (limits === undefined) return
    for (const name of quotaLimitNames) {
      const limit = limits[name]
      const at = { sentMs: call.sentMs, sent: this.sentBy(call, name) }
      if (limit !== undefined) this.learned[name].read(limit, at, nowMs)
    }
  }

  private learnFrom(hold: Hold, nowMs: number): void {
    const { first, last, through, places, isTimed } = hold
    const { hit } = this
    const pace = this.paceUntil(first)
    this.lastHold = hold
    if (!taughtByRefusals.includes(hit)) return
    this.learned[hit].lower({
      nowMs,
      refusedMs: first.sentMs,
      holdMs: through.sentMs - first.sentMs,
      ageMs: through.sentMs - this.firstSentMs,
      sentAtFirst: this.sentBy(first, hit),
      sentBefore: this.sentBy(last, hit),
      sent: this.sentBy(through, hit),
      pace: pace === null ? null : pace * shareOfRequests(first.used, hit),
      isTimed,
      places: hit === 'concurrency' ? places : null,
    })
  }

  /** Calls accepted since the last burst of refusals, for one window. */
  private paceUntil(call: SentCall): number | null {
    if (this.lastHold === null) return null
    const { first, refused } = this.lastHold
    const apartMs = call.sentMs - first.sentMs
    if (apartMs <= 0 || apartMs > APART_MAX * this.windowMs) return null
    return ((call.number - first.number - refused) * this.windowMs) / apartMs
  }

  /** What was sent and not refused within the provider's window when the call was sent. */
  private sentBy({ used, refused }: SentCall, name: QuotaLimitName): number {
    if (name === 'concurrency' || isOfDay(name)) return used[name]
    return (name === 'requests_per_minute' ? used[name] - refused : used[name]) * this.sentShare
  }

  /** The limit of which the most was used; that on calls at once only where all its places were taken. */
  private fullest(call: SentCall): QuotaLimitName {
    const fill = (name: QuotaLimitName) => {
      const share = this.sentBy(call, name) / (this.held[name] ?? Infinity)
      return name === 'concurrency' && share < 1 ? 0 : share
    }
    return quotaLimitNames.reduce((fullest, name) => (fill(name) > fill(fullest) ? name : fullest))
  }

  private hold(): void {
    if (quotaLimitNames.some(name => this.learned[name].limit !== this.held[name]))
      this.held = ofEach(name => this.learned[name].limit)
  }
}

function isOfDay(name: QuotaLimitName): boolean {
  return name.endsWith('_per_day')
}

function ofEach<T>(of: (name: QuotaLimitName) => T): Record<QuotaLimitName, T> {
  return {
    requests_per_minute: of('requests_per_minute'),
    tokens_per_minute: of('tokens_per_minute'),
    input_tokens_per_minute: of('input_tokens_per_minute'),
    output_tokens_per_minute: of('output_tokens_per_minute'),
    requests_per_day: of('requests_per_day'),
    tokens_per_day: of('tokens_per_day'),
    concurrency: of('concurrency'),
  }
}

function shareOfRequests(used: QuotaUse, name: QuotaLimitName): number {
  return used[name] / Math.max(1, used.requests_per_minute)
}
