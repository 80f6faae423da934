import type { Spread } from '../../../../../schemas/backtest/backtest-report.ts'
import { markup, type Markup } from '../markup.ts'
import { percent } from './percent.ts'

/** Room for the marks at both ends. */
const EDGE = 0.03

export interface RangeScale {
  readonly minMs: number
  readonly maxMs: number
}

/** A spread on a logarithmic scale: a dot at the half, a line to 99 of 100, a tick at the longest. */
export function rangePlot({ count, p50, p90, p99, max }: Spread, { minMs, maxMs }: RangeScale): Markup {
  if (count === 0) return markup`<span class="none">-</span>`
  const [from, to] = [Math.log(Math.max(1, minMs)), Math.log(Math.max(2, maxMs))]
  const placeOf = (ms: number) => (Math.log(Math.max(1, ms)) - from) / Math.max(0.1, to - from)
  const at = (ms: number) => percent(EDGE + (1 - 2 * EDGE) * Math.min(1, Math.max(0, placeOf(ms))))
  return markup`<svg class="range" aria-hidden="true">
    <line class="rest" x1="${at(p99)}" x2="${at(max)}" y1="50%" y2="50%" />
    <line class="most" x1="${at(p50)}" x2="${at(p99)}" y1="50%" y2="50%" />
    <line class="tick" x1="${at(p90)}" x2="${at(p90)}" y1="25%" y2="75%" />
    <line class="tick" x1="${at(max)}" x2="${at(max)}" y1="35%" y2="65%" />
    <circle cx="${at(p50)}" cy="50%" r="3.5" />
  </svg>`
}
