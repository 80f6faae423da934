import type {
  BacktestDifference,
  ChangedDecision,
} from '../../../../../schemas/backtest/backtest-difference.ts'
import { cutText } from '../../../../terminal/cut-text.ts'
import { causesText } from '../../words/causes-text.ts'
import { changeText } from '../../words/change-text.ts'
import { countText } from '../../words/count-text.ts'
import { differenceText } from '../../words/difference-text.ts'
import { kindText } from '../../words/kind-text.ts'
import { outcomeText } from '../../words/outcome-text.ts'
import { timeText } from '../../words/time-text.ts'
import { usdText } from '../../words/usd-text.ts'
import { keyLabel } from '../key-label.ts'
import { markup, type Markup } from '../markup.ts'
import { REASON_CHARACTERS_MAX } from '../reason-characters-max.ts'
import { pageSection } from './page-section.ts'

/** Changes that are shown at once; the others are behind a line. */
const OPEN_CHANGES = 8

/** What differs from another run, and each decision that changed with both reasons side by side. */
export function differenceSection(difference: BacktestDifference): Markup {
  const { against, alerts, calls, cost_usd, decisions, decisions_omitted } = difference
  const causes = causesText(difference)
  const rows = decisions.map(change)
  const rest = rows.slice(OPEN_CHANGES)
  const omitted =
    decisions_omitted === 0
      ? null
      : markup`<p class="note">${countText(decisions_omitted)} more are not listed.</p>`
  return pageSection({ id: 'difference', title: 'What changes', note: `Against ${against.join(', ')}` }, [
    markup`<dl class="facts">
      <div><dt>Alerts</dt><dd><b class="raised">${countText(alerts.new)}</b> new, <b>${countText(alerts.gone)}</b> gone, <b>${countText(alerts.kept)}</b> kept</dd></div>
      <div><dt>Model calls</dt><dd>${changeText(calls, countText)}</dd></div>
      <div><dt>Cost</dt><dd>${changeText(cost_usd, usdText)}</dd></div>
      <div><dt>Decisions</dt><dd>${differenceText(difference)}</dd></div>${causes && markup`<div><dt>Causes</dt><dd>${causes}</dd></div>`}</dl>`,
    markup`<div class="changes">${rows.slice(0, OPEN_CHANGES)}</div>`,
    rest.length === 0
      ? null
      : markup`<details><summary>${rest.length} more</summary><div class="changes">${rest}</div></details>`,
    omitted,
  ])
}

function change({ rule_id, key, kind, why, before, after }: ChangedDecision): Markup {
  return markup`<article class="change"><header><b>${rule_id}</b> ${keyLabel(key)}<p><span class="kind ${kind}">${kindText(kind)}</span></p><p class="why">${why}</p></header>${side('Before', before)}${side('After', after)}</article>`
}

function side(label: string, decision: ChangedDecision['before']): Markup {
  if (decision === null) {
    return markup`<div class="side"><p class="label">${label}</p><p class="none">no decision</p></div>`
  }
  const { outcome, confidence, event_count, opened_at, closed_at, closed_by, reason } = decision
  const events = `${countText(event_count)} event${event_count === 1 ? '' : 's'}`
  const when = `${timeText(opened_at)} to ${timeText(closed_at, 'time')}, closed by ${closed_by}`
  return markup`<div class="side"><p class="label">${label}</p><p><span class="verdict ${outcome}">${outcomeText(outcome, confidence)}</span> <small>${events}, ${when}</small></p><p class="reason">${cutText(reason ?? '', REASON_CHARACTERS_MAX)}</p></div>`
}
