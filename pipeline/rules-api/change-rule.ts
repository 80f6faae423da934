import { isDeepStrictEqual } from 'node:util'
import { lastValueFrom } from 'rxjs'
import type { RuleStore, RuleWrite } from '../../operators/rules/rule-store.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Answer } from '../http/http-route.ts'

/** What is to become of a rule that is as it is now. */
export type Decided =
  | { readonly kind: 'write'; readonly rule: Rule | null }
  /** `always`: the same would be answered whatever the rule was. */
  | { readonly kind: 'refuse'; readonly answer: Answer; readonly always: boolean }

export interface RuleChange {
  readonly id: string
  readonly decide: (before: Rule | undefined) => Promise<Decided>
}

/** How often a change is decided anew because somebody else was faster. */
export const ATTEMPTS_MAX = 10

/**
 * Changes one rule by what is decided on the rule as it is at the end of the topic. Deciding takes time, since a rule's tests may
 * run: so it is done on what this process knows, confirmed where nobody else can write, and done again when somebody has.
 */
export async function changeRule(store: RuleStore, { id, decide }: RuleChange): Promise<Decided> {
  let known = store.rules.get(id)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const basis = known
    const decided = await decide(basis)
    if (decided.kind === 'refuse' && decided.always) return decided
    const write = (rules: ReadonlyMap<string, Rule>): readonly RuleWrite[] => {
      known = rules.get(id)
      const isAsKnown = isDeepStrictEqual(known, basis)
      return isAsKnown && decided.kind === 'write' ? [{ ruleId: id, rule: decided.rule }] : []
    }
    await lastValueFrom(store.change(write), { defaultValue: null })
    if (isDeepStrictEqual(known, basis)) return decided
  }
  throw new PipelineError('table_unavailable', `${id} is changed by others all the time: try again`)
}
