import type { RuleReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { outcomes } from '../../../../../schemas/outcomes.ts'
import { knownOutcomes } from '../../known-outcomes.ts'
import { unanswered } from '../../unanswered.ts'
import { countText } from '../../words/count-text.ts'
import { outcomeText } from '../../words/outcome-text.ts'
import { markup, type Markup } from '../markup.ts'

/** What the colours of outcomes mean, with how many of each there are. */
export function outcomeLegend(rules: readonly RuleReport[]): Markup {
  const open = rules.reduce((sum, rule) => sum + unanswered(rule), 0)
  const entries = outcomes.map(name => {
    const count = rules.reduce((sum, rule) => sum + (knownOutcomes(rule)[name] ?? 0), 0)
    return { name, text: outcomeText(name), count }
  })
  const shown = [...entries, { name: 'unknown', text: 'not asked or without an answer', count: open }]
    .filter(({ count }) => count > 0)
    .map(({ name, text, count }) => {
      return markup`<li><svg class="swatch" aria-hidden="true"><rect class="${name}" width="100%" height="100%" /></svg>${text} <span>${countText(count)}</span></li>`
    })
  return markup`<ul class="legend">${shown}</ul>`
}
