import type { DemoSummary, Saving } from './demo-summary.ts'
import { type Paint, paintLine, type Span } from './paint-line.ts'
import { wrapText } from './wrap-text.ts'

export interface RenderSummaryOptions {
  readonly columns: number
  readonly paint: Paint
}

const LABEL_COLUMNS = 14
const DAY_MS = 86_400_000

/** The summary for people, as lines of at most `columns` characters. */
export function renderSummary(summary: DemoSummary, options: RenderSummaryOptions): readonly string[] {
  const { model, windows, saved, saved_without_filters } = summary
  const { price } = model
  const rows: readonly (readonly [string, string])[] = [
    ['events', `${summary.events.total}: ${counts(summary.events.by_type)}`],
    ['filtered out', filteredWords(summary)],
    ['windows', `${windows.total} judged by the model: ${counts(byWords(windows.by_closed_by))}`],
    ['model calls', `${model.calls}`],
    ['calls saved', `${savedCalls(saved)} against a call for each matching event`],
    ['', `${savedCalls(saved_without_filters)} against a call for each event, unfiltered`],
    ['tokens', `${model.tokens.input} in, ${model.tokens.output} out`],
    [
      'cost',
      `${usd(model.cost_usd)}, at $${price.input_usd_per_million.toFixed(2)} in and $${price.output_usd_per_million.toFixed(2)} out per million tokens`,
    ],
    ['cost saved', `${savedCost(saved)} against a call for each matching event`],
    ['', `${savedCost(saved_without_filters)} unfiltered; both are estimates`],
    ['a day of this', dayWords(summary)],
  ]
  return [
    styled([{ text: `${summary.alerts.length} alerts`, style: 'bold' }], options),
    ...summary.alerts.flatMap(alert => alertLines(alert, options)),
    '',
    // Last, since a small terminal shows the end.
    styled([{ text: 'Summary', style: 'bold' }, ` of ${spanWords(summary)} of recorded events`], options),
    ...rows.flatMap(([label, text]) => row(label, text, options)),
    '',
    ...nextSteps.map(line => styled([line], options)),
  ]
}

const nextSteps: readonly string[] = [
  'Next: change a number in examples/rules/ and run it again,',
  'or take the five-minute walk with a real Kafka in README.md.',
]

function filteredWords({ rules }: DemoSummary): string {
  const filtering = rules.filter(({ filtered }) => filtered > 0)
  return filtering
    .map(({ rule_id, filtered, evaluated }) => `${filtered} of ${evaluated} by ${rule_id}`)
    .join(', ')
}

const closings: Readonly<Record<string, string>> = { size: 'full', time: 'time was up', tick: 'tick' }

function byWords(closedBy: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(closedBy).map(([name, count]) => [closings[name] ?? name, count]))
}

function counts(named: Readonly<Record<string, number>>): string {
  return Object.entries(named)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function savedCalls({ calls_saved, calls_instead }: Saving): string {
  return `${calls_saved} of ${calls_instead} (${percent(calls_saved, calls_instead)})`
}

function savedCost({ cost_usd_saved, cost_usd_instead }: Saving): string {
  return `${usd(cost_usd_saved)} of ${usd(cost_usd_instead)} (${percent(cost_usd_saved, cost_usd_instead)})`
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${Math.round((part / whole) * 100)}%`
}

function usd(amount: number): string {
  return `$${amount.toFixed(4)}`
}

function row(label: string, text: string, options: RenderSummaryOptions): readonly string[] {
  const lines = wrapText(text, options.columns - LABEL_COLUMNS - 2)
  return lines.map((line, index) =>
    styled([`  ${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}${line}`], options),
  )
}

function alertLines(alert: DemoSummary['alerts'][number], options: RenderSummaryOptions): readonly string[] {
  const { raised_at, rule_id, key, confidence, event_count, reason } = alert
  const sure = confidence === null ? 'by expression' : `confidence ${confidence.toFixed(2)}`
  const head: readonly Span[] = [
    `  ${raised_at.slice(11, 19)}  `,
    { text: `${rule_id} ${key}`, style: 'red' },
    `, ${event_count} event${event_count === 1 ? '' : 's'}, ${sure}`,
  ]
  const indent = ' '.repeat(12)
  const lines = wrapText(reason ?? '', options.columns - indent.length)
  return [styled(head, options), ...lines.map(line => styled([indent + line], options))]
}

function dayWords(summary: DemoSummary): string {
  const { model, saved, saved_without_filters } = summary
  const day = (amount: number) => `$${((amount * DAY_MS) / spanMs(summary)).toFixed(2)}`
  const instead = [saved.cost_usd_instead, saved_without_filters.cost_usd_instead].map(day)
  return `about ${day(model.cost_usd)}, in place of ${instead.join(' or, unfiltered, ')}`
}

function spanMs({ recorded: { from, to } }: DemoSummary): number {
  return Math.max(1, Date.parse(to) - Date.parse(from))
}

function spanWords(summary: DemoSummary): string {
  const seconds = Math.round(spanMs(summary) / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

function styled(spans: readonly Span[], { columns, paint }: RenderSummaryOptions): string {
  return paintLine(spans, columns, paint)
}
