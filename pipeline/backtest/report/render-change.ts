import type { ChangedDecision } from '../../../schemas/backtest/backtest-difference.ts'
import { wrapText } from '../../demo/wrap-text.ts'
import { cutText } from '../../terminal/cut-text.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { visibleText } from '../../terminal/visible-text.ts'
import { reasonLines } from './reason-lines.ts'
import { countText } from './words/count-text.ts'
import { kindText } from './words/kind-text.ts'
import { outcomeText } from './words/outcome-text.ts'
import { timeText } from './words/time-text.ts'

type Side = NonNullable<ChangedDecision['before']>

/** From so many columns on both reasons stand side by side. */
const SIDE_BY_SIDE_COLUMNS = 110
/** Where the terminal has no end. */
const COLUMNS_MAX = 160
const LABEL_COLUMNS = 8
const GAP = '  '

/** A decision that changed: why, and what was decided with which reason before and after. */
export function renderChange(
  { rule_id, key, kind, why, before, after }: ChangedDecision,
  { columns, paint }: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const width = Math.min(columns, COLUMNS_MAX)
  const head = cutText(`${visibleText(`${rule_id} ${key}`)}: ${kindText(kind)}`, width)
  const reasons = wrapText(visibleText(why), width - GAP.length).map(line => paint('dim', `${GAP}${line}`))
  const sides =
    width >= SIDE_BY_SIDE_COLUMNS ? sideBySide(before, after, width) : belowEachOther(before, after, width)
  return [paint(kind === 'verdict' ? 'yellow' : 'bold', head), ...reasons, ...sides]
}

function belowEachOther(before: Side | null, after: Side | null, width: number): readonly string[] {
  const block = (label: string, side: Side | null) =>
    sideLines(side, width - GAP.length - LABEL_COLUMNS).map(
      (line, index) => `${GAP}${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}${line}`,
    )
  return [...block('before', before), ...block('after', after)]
}

function sideBySide(before: Side | null, after: Side | null, width: number): readonly string[] {
  const half = Math.floor((width - 2 * GAP.length) / 2)
  const text = half - LABEL_COLUMNS
  const [left, right] = [sideLines(before, text), sideLines(after, text)]
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const label = (name: string) => (index === 0 ? name : '').padEnd(LABEL_COLUMNS)
    const one = `${label('before')}${left[index] ?? ''}`
    return `${GAP}${one.padEnd(half)}${GAP}${label('after')}${right[index] ?? ''}`.trimEnd()
  })
}

function sideLines(side: Side | null, width: number): readonly string[] {
  if (side === null) return ['no decision']
  const { closed_at, event_count, outcome, confidence, reason } = side
  const events = `${countText(event_count)} event${event_count === 1 ? '' : 's'}`
  const head = `${outcomeText(outcome, confidence)}, ${events}, closed ${timeText(closed_at, 'time')}`
  return [cutText(head, width), ...reasonLines(reason, width)]
}
