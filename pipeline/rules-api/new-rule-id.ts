import { randomBytes } from 'node:crypto'
import { isoTime } from '../../operators/lanes/iso-time.ts'

/** An id for a rule that has none, such as rule_20261120_ab12cd34. */
export function newRuleId(atMs: number): string {
  const day = isoTime(atMs).slice(0, 10).replaceAll('-', '')
  return `rule_${day}_${randomBytes(4).toString('hex')}`
}
