import type { Observable } from 'rxjs'
import type { RulesLook } from './followed-rules.ts'
import type { RuleStore } from './rule-store.ts'

/** The rules topic was looked at. */
export interface RulesRead extends RulesLook {
  /** All that the topic held when the reading began is known. */
  readonly isCurrent: boolean
}

/** The rules of a deployment on a topic that this process follows; `change` needs `read$` to be subscribed to. */
export interface FollowedStore extends RuleStore {
  /** Endless; emits whenever the topic was looked at. */
  readonly read$: Observable<RulesRead>
  /** Rules whose newest record does not say its version. */
  readonly unversioned: ReadonlySet<string>
}
