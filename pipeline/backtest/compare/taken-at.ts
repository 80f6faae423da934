import { parseWork } from '../../../operators/lanes/parse-work.ts'
import type { Rule } from '../../../schemas/rule.ts'
import type { RecordedRecord } from '../../recordings/recorded-record.ts'
import type { EarlierDecision, EarlierDecisions } from './earlier-decisions.ts'

/**
 * When a record of `work` was taken at the earliest by the run that the decisions are of; null where they do not say.
 *
 * A timer closed the windows of its rule and key before the one that holds it, so it was taken after those were due. And the
 * first event of a window that a tick closed was taken after the tick before: else that one had closed it.
 */
export function takenAt(
  earlier: EarlierDecisions,
  rules: readonly Rule[],
): (record: RecordedRecord) => number | null {
  const intervalMs = new Map(
    rules.map(rule => [rule.rule_id, (rule.rule_config.llm_config?.interval_seconds ?? Infinity) * 1000]),
  )
  return record => {
    const workId = workIdOf(record)
    const decision = workId === null ? undefined : earlier.find(workId)
    if (decision === undefined) return null
    const opensMs = decision.first.offset === record.offset ? tickBefore(decision, intervalMs) : null
    return opensMs === null ? decision.afterMs : Math.max(opensMs, decision.afterMs ?? 0)
  }
}

/** Of a window that a tick closed. */
function tickBefore(
  { ruleId, side: { closed_by, closed_at } }: EarlierDecision,
  intervalMs: ReadonlyMap<string, number>,
): number | null {
  return closed_by === 'tick' ? Date.parse(closed_at) - (intervalMs.get(ruleId) ?? Infinity) : null
}

function workIdOf({ value, offset, headers }: RecordedRecord): string | null {
  const work = parseWork({ text: String(value), offset, headers })
  return typeof work === 'string' ? null : work.work_id
}
