import type { QuotaLimitName } from '../../../schemas/quota-limits.ts'
import type { QuotaLimits, TokenUse } from '../quota.ts'
import { type Kept, windowLimit } from './window-limit.ts'

export type WindowName = Exclude<QuotaLimitName, 'concurrency'>

export interface WindowLimitsOptions {
  readonly limits: QuotaLimits
  /** By how much the longest way to the provider is longer than the shortest. */
  readonly jitterMs: number
  readonly minuteMs: number
  readonly dayMs: number
}

/** From when on something no longer stands in the way of a call. */
export interface Opening {
  readonly by: QuotaLimitName | 'closed'
  readonly atMs: number
  /** What stands in the way is that others come first on the schedule. */
  readonly isTurn: boolean
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
  /** What was charged at `atMs` was not what was used. */
  correct(atMs: number, charged: TokenUse, used: TokenUse): void
  change(nowMs: number, limits: QuotaLimits): void
}

interface Measure {
  readonly name: WindowName
  readonly per: 'minute' | 'day'
  readonly costOf: (tokens: TokenUse) => number
}

const measures: readonly Measure[] = [
  { name: 'requests_per_minute', per: 'minute', costOf: () => 1 },
  { name: 'tokens_per_minute', per: 'minute', costOf: ({ input, output }) => input + output },
  { name: 'input_tokens_per_minute', per: 'minute', costOf: ({ input }) => input },
  { name: 'output_tokens_per_minute', per: 'minute', costOf: ({ output }) => output },
  { name: 'requests_per_day', per: 'day', costOf: () => 1 },
  { name: 'tokens_per_day', per: 'day', costOf: ({ input, output }) => input + output },
]

const nothingKept: Kept = { share: 0, untilMs: -Infinity }

/** Starts with empty windows. Those of a minute are paced; those of a day are only held to. */
export function windowLimits({ limits, jitterMs, minuteMs, dayMs }: WindowLimitsOptions): WindowLimits {
  const windows = measures.map(measure => {
    const isPaced = measure.per === 'minute'
    const spanMs = (isPaced ? minuteMs : dayMs) + jitterMs
    return { ...measure, window: windowLimit({ limit: limits[measure.name], spanMs, isPaced }) }
  })
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
    exceededBy: tokens => windows.find(({ window, costOf }) => window.isBelow(costOf(tokens)))?.name,
    lastOpening(opening, tokens, keptOfDay) {
      let last = opening
      for (const { name, per, costOf, window } of windows) {
        const roomAtMs = window.hasRoomAtMs(costOf(tokens), per === 'day' ? keptOfDay : nothingKept)
        if (roomAtMs > last.atMs) last = { by: name, atMs: roomAtMs, isTurn: false }
        if (window.turnAtMs > last.atMs) last = { by: name, atMs: window.turnAtMs, isTurn: true }
      }
      return last
    },
    charge(nowMs, tokens, isLate) {
      for (const { window, costOf } of windows) window.charge(nowMs, costOf(tokens), isLate)
    },
    correct(atMs, charged, used) {
      for (const { window, costOf } of windows) window.correct(atMs, costOf(used) - costOf(charged))
    },
    change(nowMs, changed) {
      for (const { name, window } of windows) window.change(nowMs, changed[name])
    },
  }
}
