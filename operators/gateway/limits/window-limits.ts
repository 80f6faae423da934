import type { QuotaLimitName } from '../../../schemas/quota-limits.ts'
import type { QuotaLimits, TokenUse } from '../quota.ts'
import type { Lease } from './call-places.ts'
import { tokensOf } from './tokens-of.ts'
import { type Kept, type WindowLimit, windowLimit } from './window-limit.ts'

export type WindowName = Exclude<QuotaLimitName, 'concurrency'>

export interface WindowLimitsOptions {
  readonly limits: QuotaLimits
  /** By how much the longest way to the provider is longer than the shortest. */
  readonly jitterMs: number
  readonly minuteMs: number
  readonly dayMs: number
  /** A call that is larger than this process's part, though not than the limit, never starts; otherwise it waits for an empty window. */
  readonly isStrict: boolean
}

/** From when on something no longer stands in the way of a call. */
export interface Opening {
  readonly by: QuotaLimitName | 'closed'
  readonly atMs: number
  /** What stands in the way is that others come first on the schedule. */
  readonly isTurn: boolean
}

/** What was sent before, whoever sent it. */
export interface SentBefore {
  readonly atMs: number
  readonly amounts: Readonly<Partial<Record<WindowName, number>>>
}

/** All limits on requests and tokens of one model: a call is charged to each of them. Times never go back. */
export interface WindowLimits {
  readonly used: Readonly<Record<WindowName, number>>
  moveTo(nowMs: number): void
  /** A limit that is below what the call costs. */
  exceededBy(tokens: TokenUse): WindowName | undefined
  /** What opens last, where that is later than `opening`. */
  lastOpening(opening: Opening, tokens: TokenUse, keptOfDay: Kept): Opening
  /** `isLate` is that of a window's `charge`. */
  charge(nowMs: number, tokens: TokenUse, isLate: boolean): void
  /** What was charged was not what was used. */
  correct(charged: Lease, used: TokenUse): void
  change(nowMs: number, limits: QuotaLimits): void
  /** From now on a call is charged as so many, though never as more requests than a limit has: one can be sent in any case. */
  shareAmong(processes: number): void
  readonly add: (nowMs: number, sent: SentBefore) => void
}

interface Measure {
  readonly name: WindowName
  readonly per: 'minute' | 'day'
}

const measures: readonly Measure[] = [
  { name: 'requests_per_minute', per: 'minute' },
  { name: 'tokens_per_minute', per: 'minute' },
  { name: 'input_tokens_per_minute', per: 'minute' },
  { name: 'output_tokens_per_minute', per: 'minute' },
  { name: 'requests_per_day', per: 'day' },
  { name: 'tokens_per_day', per: 'day' },
]

const nothingKept: Kept = { share: 0, untilMs: -Infinity }

/** Starts with empty windows. Those of a minute are paced; those of a day are only held to. */
export function windowLimits(options: WindowLimitsOptions): WindowLimits {
  const windows = measures.map(measure => windowOf(measure, options))
  let processes = 1
  const usedOf = (name: WindowName) => windows.find(each => each.name === name)?.window.used ?? 0
  return {
    get used() {
      return {
        requests_per_minute: usedOf('requests_per_minute'),
        tokens_per_minute: usedOf('tokens_per_minute'),
        input_tokens_per_minute: usedOf('input_tokens_per_minute'),
        output_tokens_per_minute: usedOf('output_tokens_per_minute'),
        requests_per_day: usedOf('requests_per_day'),
        tokens_per_day: usedOf('tokens_per_day'),
      }
    },
    moveTo(nowMs) {
      for (const { window } of windows) window.moveTo(nowMs)
    },
    exceededBy: tokens => {
      const counted = options.isStrict ? processes : 1
      return windows.find(limited => limited.window.isBelow(costOf(limited, tokens, counted)))?.name
    },
    lastOpening(opening, tokens, keptOfDay) {
      let last = opening
      for (const limited of windows) {
        const { name, per, window } = limited
        const kept = per === 'day' ? keptOfDay : nothingKept
        const roomAtMs = window.hasRoomAtMs(costOf(limited, tokens, processes), kept)
        if (roomAtMs > last.atMs) last = { by: name, atMs: roomAtMs, isTurn: false }
        if (window.turnAtMs > last.atMs) last = { by: name, atMs: window.turnAtMs, isTurn: true }
      }
      return last
    },
    charge(nowMs, tokens, isLate) {
      for (const limited of windows) limited.window.charge(nowMs, costOf(limited, tokens, processes), isLate)
    },
    correct(charged, used) {
      for (const { name, window } of windows) {
        const more = (tokensOf(name, used) ?? 0) - (tokensOf(name, charged.tokens) ?? 0)
        // As many were charged as shared it then.
        if (more !== 0) window.correct(charged.takenAtMs, more * charged.processes)
      }
    },
    change(nowMs, changed) {
      for (const { name, window } of windows) window.change(nowMs, changed[name])
    },
    shareAmong(count) {
      processes = count
    },
    add: (nowMs, { atMs, amounts }) => {
      for (const { name, window } of windows) {
        window.moveTo(nowMs)
        window.correct(atMs, amounts[name] ?? 0)
      }
    },
  }
}

interface Limited extends Measure {
  readonly window: WindowLimit
}

function windowOf(measure: Measure, { limits, jitterMs, minuteMs, dayMs }: WindowLimitsOptions): Limited {
  const isPaced = measure.per === 'minute'
  const spanMs = (isPaced ? minuteMs : dayMs) + jitterMs
  return { ...measure, window: windowLimit({ limit: limits[measure.name], spanMs, isPaced }) }
}

function costOf({ name, window }: Limited, tokens: TokenUse, processes: number): number {
  const cost = tokensOf(name, tokens)
  return cost === undefined ? Math.min(processes, Math.max(1, window.limit ?? Infinity)) : cost * processes
}
