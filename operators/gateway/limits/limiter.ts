import type { QuotaAnswer, QuotaLimits, QuotaRequest, QuotaUse, TokenUse } from '../quota.ts'
import { callPlaces } from './call-places.ts'
import { type Opening, type SentBefore, windowLimits } from './window-limits.ts'

export interface LimiterOptions {
  readonly limits: QuotaLimits
  /** By how much the longest way to the provider is longer than the shortest: nothing sent arrives closer together. */
  readonly jitterMs: number
  /** After so long a call that was not settled counts as ended: longer than any call takes. */
  readonly leaseMs: number
  /** `estimate`: the provider charges what a request asks for and gives nothing back. `settle`: in the end, what was used. */
  readonly charge: 'estimate' | 'settle'
  /** The windows of the limits; shorter ones are for quotas that are scaled down. */
  readonly minuteMs?: number
  readonly dayMs?: number
  /** A call that is larger than this process's part, though not than the limit, never starts; by default it waits for an empty window. */
  readonly isStrict?: boolean
}

/** All limits of one model. Its caller says what time it is; times never go back. */
export interface Limiter {
  take(nowMs: number, request: QuotaRequest): QuotaAnswer
  settle(nowMs: number, lease: string, used: TokenUse | null): void
  close(untilMs: number): void
  readonly closedUntilMs: number
  change(nowMs: number, limits: QuotaLimits): void
  /** From now on each call counts as if so many processes made one like it, each with its part of the places. */
  shareAmong(processes: number): void
  /** Charges what was sent before this limiter was asked. */
  add(nowMs: number, sent: SentBefore): void
  used(nowMs: number): QuotaUse
}

/** What of a day's limits is kept back for critical calls. Of a minute's nothing is: the next turn is theirs anyway. */
const KEPT_SHARE_OF_DAY = 0.05

/**
 * Answers from what was sent and what is in flight.
 *
 * A call may start when the model is open, a place is free, every window has room for its cost, and it is its turn on
 * every schedule. It takes of all limits or of none.
 */
export function limiter(options: LimiterOptions): Limiter {
  const { limits, leaseMs, charge, minuteMs = 60_000, dayMs = 86_400_000, isStrict = false } = options
  const windows = windowLimits({ ...options, minuteMs, dayMs, isStrict })
  const places = callPlaces({ concurrency: limits.concurrency, leaseMs })
  let [closedUntilMs, criticalAtMs] = [-Infinity, -Infinity]
  // Whoever asked last was told to wait for its turn: the next call is due then, and not when somebody asks.
  let isAwaited = false

  const moveTo = (nowMs: number) => {
    for (const part of [windows, places]) part.moveTo(nowMs)
  }
  const lastOpening = ({ tokens, critical }: QuotaRequest) => {
    // What is kept back for critical calls is not kept from them.
    const askedAtMs = critical ? -Infinity : criticalAtMs
    const placeAtMs = places.openAtMs(askedAtMs + minuteMs)
    const isFull = placeAtMs > closedUntilMs
    const first = isFull ? opening('concurrency', placeAtMs) : opening('closed', closedUntilMs)
    return windows.lastOpening(first, tokens, { share: KEPT_SHARE_OF_DAY, untilMs: askedAtMs + dayMs })
  }
  return {
    take(nowMs, request) {
      moveTo(nowMs)
      const exceeded = places.isNone ? 'concurrency' : windows.exceededBy(request.tokens)
      if (exceeded !== undefined) return { kind: 'never', by: exceeded }
      if (request.critical) criticalAtMs = nowMs
      const { by, atMs, isTurn } = lastOpening(request)
      if (atMs > nowMs) {
        isAwaited = isTurn
        return { kind: 'wait', waitMs: Math.ceil(atMs - nowMs), by }
      }
      windows.charge(nowMs, request.tokens, isAwaited)
      isAwaited = false
      return { kind: 'granted', lease: places.hold(nowMs, request.tokens) }
    },
    settle(nowMs, id, used) {
      moveTo(nowMs)
      const lease = places.free(id)
      if (lease === undefined || used === null || charge === 'estimate') return
      windows.correct(lease, used)
    },
    close(untilMs) {
      closedUntilMs = Math.max(closedUntilMs, untilMs)
    },
    get closedUntilMs() {
      return closedUntilMs
    },
    change(nowMs, changed) {
      moveTo(nowMs)
      windows.change(nowMs, changed)
      places.change(changed.concurrency)
    },
    shareAmong(processes) {
      windows.shareAmong(processes)
      places.shareAmong(processes)
    },
    add: windows.add,
    used(nowMs) {
      moveTo(nowMs)
      return { ...windows.used, concurrency: places.held }
    },
  }
}

function opening(by: Opening['by'], atMs: number): Opening {
  return { by, atMs, isTurn: false }
}
