import type { ClosedBy } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Work } from '../../schemas/work.ts'
import type { LogRecord } from '../lanes/lane.ts'

/** A work record that a lane has taken and not finished. */
export interface HeldWork {
  readonly kind: 'work'
  readonly work: Work
  /** As it lies on `work`: its offset, its append time (when the event arrived) and its bytes. */
  readonly record: LogRecord
  readonly bytes: number
  /** The newest version of the rule; null where the rule is gone or disabled. */
  readonly rule: Rule | null
}

/** The events of one (rule, key) that are judged together. Times are lane time, epoch milliseconds. */
export interface ClosedWindow {
  readonly kind: 'window'
  /** The version that the window took when it opened; null where the rule is gone: the window is cancelled. */
  readonly rule: Rule | null
  readonly ruleId: string
  readonly key: string
  /** In order of arrival; at least one. */
  readonly held: readonly HeldWork[]
  readonly openedAtMs: number
  readonly closedAtMs: number
  readonly closedBy: ClosedBy
}
