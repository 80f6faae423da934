import type { BacktestReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { usdText } from '../../words/usd-text.ts'
import { markup, type Markup } from '../markup.ts'

type Day = BacktestReport['days'][number]

export interface CostPart {
  readonly name: string
  readonly costOf: (day: Day) => number
}

const WIDTH = 0.76

/** A bar for each day, made of the cost of each part; the pointer tells a day's. */
export function stackedDays(days: readonly Day[], parts: readonly CostPart[]): Markup {
  const maxUsd = Math.max(...days.map(({ cost_usd }) => cost_usd))
  const heights = days.map(() => 0)
  const paths = parts.map(({ name, costOf }) => {
    const bars = days.map((day, index) => {
      const base = heights[index] ?? 0
      const height = maxUsd === 0 ? 0 : (costOf(day) / maxUsd) * 100
      heights[index] = base + height
      return height === 0 ? '' : barPath(index, base, height)
    })
    return markup`<path class="${name}" d="${bars.join('')}" />`
  })
  const areas = days.map(({ day, cost_usd, alerts }, index) => {
    return markup`<rect class="area" x="${index}" width="1" height="100"
      ><title>${day}: ${usdText(cost_usd)}, ${alerts} alerts</title></rect>`
  })
  return markup`<svg class="days" viewBox="0 0 ${days.length} 100" preserveAspectRatio="none" aria-hidden="true"
    >${paths}${areas}</svg>`
}

function barPath(index: number, base: number, height: number): string {
  const [x, top, tall] = [index + (1 - WIDTH) / 2, 100 - base - height, height].map(short)
  return `M${x ?? 0} ${top ?? 0}h${WIDTH}v${tall ?? 0}h-${WIDTH}z`
}

function short(amount: number): number {
  return Number(amount.toFixed(2))
}
