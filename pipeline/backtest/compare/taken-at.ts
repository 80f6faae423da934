import { parseWork } from '../../../operators/lanes/parse-work.ts'
import type { RecordedRecord } from '../../recordings/recorded-record.ts'
import type { EarlierDecisions } from './earlier-decisions.ts'

/**
 * When a record of `work` was taken at the earliest by the run that the decisions are of, epoch milliseconds; null where they
 * do not say: a timer closed the windows of its rule and key before the one that holds it, so it was taken after that.
 */
export function takenAt(
  earlier: EarlierDecisions,
  { value, offset, headers }: Pick<RecordedRecord, 'value' | 'offset' | 'headers'>,
): number | null {
  const work = parseWork({ text: String(value), offset, headers })
  return typeof work === 'string' ? null : (earlier.find(work.work_id)?.afterMs ?? null)
}
