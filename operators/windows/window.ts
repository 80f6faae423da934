import type { ClosedBy } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Work } from '../../schemas/work.ts'
import type { LogHeaders } from '../lanes/lane.ts'

/** A work record that a lane has taken and not finished: what windows need of it, and its text. */
export interface HeldWork {
  readonly kind: 'work'
  readonly ruleId: string
  readonly key: string
  readonly offset: number
  /** Its append time on `work`, epoch milliseconds. */
  readonly arrivedAtMs: number
  /** The value of the record, and no part of what was fetched with it. */
  readonly text: string
  readonly headers: LogHeaders
  /** Of the record's key and value. */
  readonly bytes: number
  /** Null where the event may wait: parsed, it takes several times the room of its text. */
  readonly work: Work | null
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
