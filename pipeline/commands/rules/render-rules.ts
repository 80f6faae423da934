import type { Rule } from '../../../schemas/rule.ts'
import { printable } from '../../terminal/printable.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'

const columns = ['id', 'version', 'enabled', 'priority', 'type', 'event types', 'name'] as const

/** Rules as a table for people, cut to the width of the terminal. */
export function renderRules(rules: readonly Rule[], terminal: Pick<Terminal, 'paint' | 'columns'>): string {
  const rows = rules.map(cellsOf)
  const widths = columns.map((title, column) =>
    rows.reduce((widest, cells) => Math.max(widest, (cells[column] ?? '').length), title.length),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
      .slice(0, terminal.columns)
  const shown = rules.map((rule, index) => {
    const text = line(rows[index] ?? [])
    return rule.enabled ? text : terminal.paint('dim', text)
  })
  return [terminal.paint('dim', line(columns)), ...shown].join('\n')
}

function cellsOf(rule: Rule): readonly string[] {
  const { rule_type: type, llm_config: llm } = rule.rule_config
  const cells = [
    rule.rule_id,
    `${rule.metadata.version}`,
    rule.enabled ? 'yes' : 'no',
    `${rule.priority}`,
    llm === undefined ? type : `${type} ${llm.trigger_mode}`,
    rule.event_types.join(' '),
    rule.name,
  ]
  return cells.map(cell => printable(cell).replaceAll(/\s/g, ' '))
}
