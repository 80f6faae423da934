import { wrapText } from '../../demo/wrap-text.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'

/** A remark beside what is shown. */
export function dimLines(
  text: string,
  { columns, paint }: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  return wrapText(text, columns).map(line => paint('dim', line))
}
