import type { Explanation } from '../../operators/explaining/explain-rule.ts'
import { printable } from '../terminal/printable.ts'
import { type Painter, renderParts } from './render-parts.ts'

const LABEL_COLUMNS = 12

/** Why an event passes a rule or does not, for people. */
export function renderExplanation(explanation: Explanation, terminal: Painter): readonly string[] {
  const { rule_id: ruleId, event_id: eventId, event_type, expression, matches, result } = explanation
  const verdict = matches
    ? terminal.paint('green', 'match')
    : terminal.paint(result === 'unknown' ? 'yellow' : 'red', 'no match')
  const types = event_type.accepted.join(', ')
  return [
    `${ruleId}, event ${printable(eventId)}: ${verdict}, ${printable(explanation.why)}`,
    ...labelled('event type', [
      `${printable(event_type.value)}: ${yesOrNo(event_type.matches, terminal)}, the rule is for ${types}`,
    ]),
    ...labelled(
      'expression',
      expression === null ? [terminal.paint('dim', 'none')] : renderParts(expression, terminal),
    ),
    ...labelled('key', [keyWords(explanation)]),
    ...labelled('window', [windowWords(explanation)]),
  ]
}

function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}${line}`)
}

function yesOrNo(holds: boolean, terminal: Painter): string {
  return holds ? terminal.paint('green', 'yes') : terminal.paint('red', 'no')
}

function keyWords({ key: { value, fields } }: Explanation): string {
  const named = fields.map(({ field, value: found }) => (found === undefined ? `${field} (missing)` : field))
  return printable(`${value ?? 'none'}, by ${named.join(', ')}`)
}

function windowWords({ window: { trigger_mode: mode, closes } }: Explanation): string {
  return mode === null ? closes : `${mode}, closes ${closes}`
}
