import { windowLog } from './window-log.ts'

export interface WindowLimitOptions {
  /** Null: there is no such limit. What is sent is counted all the same, for the day that there is one. */
  readonly limit: number | null
  /** The window that the server keeps, and by how much the ways to it differ in length. */
  readonly spanMs: number
  /** Whether what may be used is spread over the window. */
  readonly isPaced: boolean
}

/** A part of a limit that is kept back, and until when. */
export interface Kept {
  readonly share: number
  readonly untilMs: number
}

/** One limit on what may be used in one window: held to, and on request spread over it. */
export interface WindowLimit {
  readonly limit: number | null
  readonly used: number
  moveTo(nowMs: number): void
  isBelow(cost: number): boolean
  /** From when on the window has room for `cost`; one that is above the limit needs the whole window. */
  hasRoomAtMs(cost: number, kept: Kept): number
  /** When it is the next one's turn on the schedule. */
  readonly turnAtMs: number
  /** `isLate`: the caller waited for its turn, and what its timer was late is caught up by at most one interval. */
  charge(nowMs: number, cost: number, isLate: boolean): void
  /** A charge made at `atMs` was too low by `cost`; too high where that is negative. */
  correct(atMs: number, cost: number): void
  change(nowMs: number, limit: number | null): void
}

/**
 * Holds one limit.
 *
 * The schedule takes `heldMs * cost / limit` for each cost, so that the window never fills up and calls never have to
 * wait in a heap for its oldest to leave. It is counted from when a call was due rather than from when its timer fired;
 * without a waiting call nothing is due, and it starts anew.
 */
export function windowLimit(options: WindowLimitOptions): WindowLimit {
  const log = windowLog(options.spanMs)
  let { limit } = options
  let turnAtMs = -Infinity
  const intervalMs = (cost: number) => (options.isPaced ? cost * msPerUnit(log.heldMs, limit) : 0)
  return {
    get limit() {
      return limit
    },
    get used() {
      return log.used
    },
    get turnAtMs() {
      return turnAtMs
    },
    moveTo(nowMs) {
      log.moveTo(nowMs)
    },
    isBelow: cost => limit !== null && limit < cost,
    hasRoomAtMs(cost, { share, untilMs }) {
      if (limit === null) return -Infinity
      const wholeAtMs = log.fallsToAtMs(Math.max(0, limit - cost))
      if (share === 0) return wholeAtMs
      return Math.min(Math.max(wholeAtMs, untilMs), log.fallsToAtMs(limit * (1 - share) - cost))
    },
    charge(nowMs, cost, isLate) {
      log.add(nowMs, cost)
      const ms = intervalMs(cost)
      turnAtMs = Math.max(turnAtMs, isLate ? nowMs - ms : nowMs) + ms
    },
    correct(atMs, cost) {
      log.add(atMs, cost)
      turnAtMs += intervalMs(cost)
    },
    change(nowMs, changed) {
      const factor = msPerUnit(1, changed) / msPerUnit(1, limit)
      // Otherwise the next call after a very low limit would wait for the turn that the low limit gave it.
      if (turnAtMs > nowMs) turnAtMs = nowMs + (turnAtMs - nowMs) * factor
      limit = changed
    },
  }
}

function msPerUnit(heldMs: number, limit: number | null): number {
  // Of a limit below 1 nothing can be used, but the schedule has to stay a number.
  return limit === null ? 0 : heldMs / Math.max(1, limit)
}
