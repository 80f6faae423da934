import type { Observable } from 'rxjs'
import type { Rule } from '../../schemas/rule.ts'

export interface RuleWrite {
  readonly ruleId: string
  /** Null: the rule is taken away. */
  readonly rule: Rule | null
}

/**
 * Every rule of the deployment, and the only way to change one.
 *
 * Shape:  `change` emits what it has written, once, when this process itself has read it back: all of it takes effect, or nothing.
 * Time:   `write` is called with the rules as they are when nobody else can write; again when another writer came first.
 * State:  the newest version of each rule that this process has read.
 * Errors: what `write` throws; `table_unavailable`, `table_full`, `record_too_large`.
 */
export interface RuleStore {
  readonly rules: ReadonlyMap<string, Rule>
  change(write: (rules: ReadonlyMap<string, Rule>) => readonly RuleWrite[]): Observable<readonly RuleWrite[]>
}
