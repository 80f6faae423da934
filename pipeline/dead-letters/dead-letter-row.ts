import { cutText } from '../terminal/cut-text.ts'
import { visibleText } from '../terminal/visible-text.ts'
import type { ListedLetter } from './dead-letter-log.ts'

const WHERE_WIDTH = 8
const RULE_WIDTH = 16
const DETAIL_WIDTH_MIN = 30
const GAP = '  '

/** The names of the columns of `deadLetterRow`. */
export const deadLetterHead = row(['WHERE', 'TIME', 'REASON', 'RULE', 'FROM'])

/** A dead letter for people, in lines of at most `columns` characters: one, or two where one has no room for the detail. */
export function deadLetterRow({ letter, replayed }: ListedLetter, columns: number): string {
  const { partition, offset, at, reason, ruleId, origin } = letter
  const cells = [`${partition}:${offset}`, `${at.slice(0, 19)}Z`, reason, ruleId ?? '-'].map(visibleText)
  const from = visibleText(`${origin.topic}/${origin.partition}/${origin.offset}`)
  const detail = visibleText(letter.detail)
  const head = row([...cells, replayed ? `${from} (replayed)` : from])
  if (columns - head.length - GAP.length >= DETAIL_WIDTH_MIN)
    return cutText(`${head}${GAP}${detail}`, columns)
  const first = row([...cells, replayed ? '(replayed)' : ''])
  return `${cutText(first, columns)}\n${cutText(`${GAP}${from}${GAP}${detail}`, columns)}`
}

function row([where = '', time = '', reason = '', rule = '', rest = '']: readonly string[]): string {
  const cells = [where.padEnd(WHERE_WIDTH), time.padEnd(20), reason.padEnd(18), rule.padEnd(RULE_WIDTH), rest]
  return cells.join(GAP).trimEnd()
}
