import { isDeepStrictEqual } from 'node:util'
import { lastValueFrom } from 'rxjs'
import { nextVersion } from '../../../operators/rules/next-version.ts'
import type { RuleStore, RuleWrite } from '../../../operators/rules/rule-store.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { Rule } from '../../../schemas/rule.ts'
import type { PlannedChange, RuleAccess } from './rule-access.ts'

/** Straight at the rules: all changes of a command are written together, or none. */
export function storeRuleAccess(store: RuleStore, clock: { now(): number }): RuleAccess {
  const write = (rules: ReadonlyMap<string, Rule>, { ruleId, before, after }: PlannedChange): RuleWrite => {
    if (!isDeepStrictEqual(rules.get(ruleId), before)) {
      const message = `${ruleId} was changed by somebody else meanwhile: nothing was written, run it again`
      throw new PipelineError('rule_changed', message)
    }
    const authorship = { by: 'cli', atMs: clock.now() } as const
    return { ruleId, rule: after === null ? null : nextVersion(after, before, authorship) }
  }
  return {
    all: () => Promise.resolve([...store.rules.values()]),
    get: ruleId => Promise.resolve(store.rules.get(ruleId)),
    write: changes => lastValueFrom(store.change(rules => changes.map(change => write(rules, change)))),
  }
}
