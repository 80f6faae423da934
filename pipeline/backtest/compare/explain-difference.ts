import type { DifferenceCause, DifferenceKind } from '../../../schemas/backtest/backtest-difference.ts'
import type { CompactDecision } from './compact-decision.ts'
import type { EarlierDecision } from './earlier-decisions.ts'
import type { RuleChange } from './rule-changes.ts'

/** Two decisions that differ, or one that stands alone, and what is known of their rule. */
export interface DecisionDifference {
  readonly kind: DifferenceKind
  readonly before: EarlierDecision | null
  readonly after: CompactDecision | null
  readonly change: RuleChange | undefined
  /** Of the rule that ran after; null where there is none. */
  readonly version: number | null
  /** Why a window that it shares events with differs. */
  readonly carried: DifferenceCause | null
}

export interface Explanation {
  readonly cause: DifferenceCause
  readonly why: string
}

type Check = (difference: DecisionDifference) => Explanation | null

/** Why they differ: the first cause that fits. */
export function explainDifference(difference: DecisionDifference): Explanation {
  for (const check of checks[difference.kind]) {
    const explanation = check(difference)
    if (explanation !== null) return explanation
  }
  return { cause: 'unknown', why: 'no reason was found' }
}

const checks: Readonly<Record<DifferenceKind, readonly Check[]>> = {
  only_before: [
    removed,
    byFields('filter', 'its events match no more'),
    byFields('group_by', 'its events have other keys'),
    byFields('rule_type', 'the rule is of another type'),
    cancelled,
    repeated,
    otherVersion,
  ],
  only_after: [
    added,
    byFields('filter', 'its events match now'),
    byFields('group_by', 'its events have other keys'),
    byFields('rule_type', 'the rule is of another type'),
    cancelled,
    otherVersion,
  ],
  window: [
    byFields('rule_type', 'the rule is of another type'),
    byFields('windowing', 'windows close otherwise'),
    byFields('group_by', 'events have other keys'),
    byFields('filter', 'other events match'),
    cancelled,
    pressed,
    repeated,
    follows,
    otherVersion,
    timed,
  ],
  verdict: [
    cancelled,
    budgeted,
    answerMissing,
    byThreshold,
    byFields('rule_type', 'the rule is of another type'),
    byFields('rule_text', 'the rule asks for something else'),
    byFields('model', 'another model'),
    byFields('budget_rules', 'its budget is another'),
    byFields('on_failure', 'what becomes of a window without a verdict is another'),
    withoutVerdict,
    asked,
    otherVersion,
    answered,
  ],
}

function removed({ change }: DecisionDifference): Explanation | null {
  return change?.kind === 'removed'
    ? { cause: 'rule_removed', why: 'the rule is gone or switched off' }
    : null
}

function added({ change }: DecisionDifference): Explanation | null {
  return change?.kind === 'added' ? { cause: 'rule_added', why: 'the rule is new or switched on' } : null
}

function byFields(cause: DifferenceCause, words: string): Check {
  return ({ change }) => {
    const fields = change?.fields.filter(field => field.cause === cause) ?? []
    if (fields.length === 0) return null
    return { cause, why: `${words}: ${fields.map(fieldWords).join(', ')}` }
  }
}

function cancelled({ before, after }: DecisionDifference): Explanation | null {
  const sides = [before, after].map(decision => decision?.side.outcome === 'cancelled')
  if (!sides.includes(true)) return null
  return {
    cause: 'cancelled',
    why: `the rule was gone or disabled ${sides[0] === true ? 'before' : 'after'}`,
  }
}

function pressed({ before, after }: DecisionDifference): Explanation | null {
  const sides = [before, after].map(decision => decision?.side.closed_by === 'pressure')
  if (!sides.includes(true)) return null
  return {
    cause: 'pressure',
    why: `the lane was full ${sides[0] === true ? 'before' : 'after'}, and closed it early`,
  }
}

function repeated({ before }: DecisionDifference): Explanation | null {
  if (before?.repeated !== true) return null
  return { cause: 'repeat', why: 'an event of it was dropped as a repeat' }
}

function follows({ carried }: DecisionDifference): Explanation | null {
  if (carried === null) return null
  if (carried === 'cut')
    return { cause: 'cut', why: 'the recording does not hold all of the window before it' }
  return { cause: 'follows', why: `the window before it differs (${carried})` }
}

function otherVersion({ before, after, version }: DecisionDifference): Explanation | null {
  const old = before?.side.rule_version ?? null
  const next = after?.side.rule_version ?? version
  if (old === null || next === null || old === next) return null
  return { cause: 'rule_version', why: `version ${old} of the rule before, version ${next} after` }
}

function timed({ before, after }: DecisionDifference): Explanation | null {
  const sides = [before, after].flatMap(decision => (decision === null ? [] : [decision.side]))
  if (!sides.some(({ closed_by }) => closed_by === 'time' || closed_by === 'tick')) return null
  const moments = sides.map(({ closed_by, closed_at }) => `by ${closed_by} at ${closed_at}`)
  return {
    cause: 'timing',
    why: `closed ${moments.join(', then ')}: an event was underway when a timer fired`,
  }
}

function budgeted({ before, after }: DecisionDifference): Explanation | null {
  const [old = null, next = null] = [before, after].map(decision => decision?.budget ?? null)
  if (old === next) return null
  return { cause: 'budget', why: `the money of the day was spent ${old === null ? 'after' : 'before'}` }
}

function answerMissing({ before, after }: DecisionDifference): Explanation | null {
  const sides = [before, after].filter(decision => decision !== null)
  // Skipped with money left: there was nobody to ask.
  const unasked = sides.some(({ side, budget }) => side.outcome === 'skipped' && budget === null)
  if (unasked) return { cause: 'answer_missing', why: 'no model was asked' }
  const missing = sides.some(({ error }) => error?.code === 'answer_missing')
  return missing ? { cause: 'answer_missing', why: 'no answer is known to what is asked' } : null
}

function byThreshold(difference: DecisionDifference): Explanation | null {
  const { before, after } = difference
  const confidences = [before, after].map(decision => decision?.side.confidence ?? null)
  const passed = [before, after].every(decision => isYes(decision?.side.outcome))
  if (!passed || confidences[0] !== confidences[1]) return null
  return byFields('threshold', `confidence ${confidences[0] ?? 'none'}`)(difference)
}

function isYes(outcome: string | undefined): boolean {
  return outcome === 'triggered' || outcome === 'below_threshold'
}

function withoutVerdict({ before, after }: DecisionDifference): Explanation | null {
  const [old, next] = [before, after].map(decision => decision?.error ?? null)
  if (old?.code === next?.code) return null
  const words = [
    ...(old ? [`before: ${old.code}: ${old.message}`] : []),
    ...(next ? [`after: ${next.code}: ${next.message}`] : []),
  ]
  return { cause: 'no_verdict', why: `no verdict ${words.join(', ')}` }
}

function asked({ before, after }: DecisionDifference): Explanation | null {
  const [old, next] = [before, after].map(decision => decision?.questionHash ?? null)
  if (old === next || old === null || next === null) return null
  return { cause: 'question', why: 'something else was asked: the events, the model or its terms differ' }
}

function answered({ before, after }: DecisionDifference): Explanation | null {
  const [old, next] = [before, after].map(decision => decision?.questionHash ?? null)
  if (old === null || old !== next) return null
  return { cause: 'answer', why: 'the same was asked, and answered otherwise' }
}

/** Most characters of a value that are shown. */
const VALUE_CHARACTERS_MAX = 100

function fieldWords({ path, before, after }: RuleChange['fields'][number]): string {
  const name = path.replace(/^rule_config\.(llm_config\.)?/, '')
  return `${name} ${shown(before)} -> ${shown(after)}`
}

function shown(value: unknown): string {
  if (value === null) return 'none'
  const text = [...JSON.stringify(value)]
  return text.length > VALUE_CHARACTERS_MAX
    ? `${text.slice(0, VALUE_CHARACTERS_MAX).join('')}…`
    : text.join('')
}
