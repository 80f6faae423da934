import type { Observable } from 'rxjs'
import type { RuleTable } from '../matching/rule-table.ts'

/** The rules as this process knows them now; all its lanes read the same. */
export interface LiveRules {
  /** Compiled; another one after a change. */
  readonly table: RuleTable
  /** How far the rules topic has been read for `table`: the offset that follows, 0 where there is no topic. */
  readonly offset: number
  /** Whether all that a process knew which had read to `offset` is in `table`. */
  covers(offset: number): boolean
  /** After each change of what the others answer. */
  readonly moved$: Observable<unknown>
}
