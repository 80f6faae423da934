import type { BacktestReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { countText } from '../../words/count-text.ts'
import { usdText } from '../../words/usd-text.ts'
import { markup, type Markup } from '../markup.ts'
import { pageSection } from './page-section.ts'

type Hour = BacktestReport['hours'][number]

interface HourSeries {
  readonly title: string
  readonly name: string
  readonly amountOf: (hour: Hour) => number
  readonly textOf: (amount: number) => string
}

const series: readonly HourSeries[] = [
  { title: 'Events', name: 'matches', amountOf: ({ events }) => events, textOf: countText },
  { title: 'Model calls', name: 'calls', amountOf: ({ calls }) => calls, textOf: countText },
  { title: 'Cost', name: 'cost', amountOf: ({ cost_usd }) => cost_usd, textOf: usdText },
  { title: 'Alerts', name: 'alerts', amountOf: ({ alerts }) => alerts, textOf: countText },
]

/** How the day goes: what falls on each of its hours, all days together. */
export function hoursSection({ hours }: BacktestReport): Markup | null {
  if (hours.every(({ events }) => events === 0)) return null
  const cards = series.map(one => hourCard(hours, one))
  const note = 'UTC, all days together.'
  return pageSection(
    { id: 'hours', title: 'Hours of the day', note },
    markup`<div class="cards four">${cards}</div>`,
  )
}

function hourCard(hours: readonly Hour[], { title, name, amountOf, textOf }: HourSeries): Markup {
  const most = Math.max(...hours.map(amountOf))
  const bars = hours.map(hour => {
    const height = most === 0 ? 0 : Number(((amountOf(hour) / most) * 100).toFixed(2))
    const from = `${hour.hour}`.padStart(2, '0')
    return markup`<g><title>${from}:00 to ${from}:59: ${textOf(amountOf(hour))}</title
      ><rect class="area" x="${hour.hour}" width="1" height="100" /><rect class="${name}" x="${hour.hour + 0.12}" width="0.76" y="${100 - height}" height="${height}" /></g>`
  })
  return markup`<div class="card"><h3>${title} <span>at most ${textOf(most)}</span></h3
    ><svg class="hours" viewBox="0 0 24 100" preserveAspectRatio="none" aria-hidden="true">${bars}</svg
    ><p class="ends"><span>00</span><span>06</span><span>12</span><span>18</span><span>24</span></p></div>`
}
