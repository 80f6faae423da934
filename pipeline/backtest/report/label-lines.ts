import { wrapText } from '../../demo/wrap-text.ts'

const INDENT = '  '
const LABEL_COLUMNS = 14

/** A label and what it stands for, in as many lines as it takes. */
export function labelLines(label: string, text: string, columns: number): readonly string[] {
  const lines = wrapText(text, columns - INDENT.length - LABEL_COLUMNS)
  return lines.map((line, index) => `${INDENT}${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}${line}`)
}
