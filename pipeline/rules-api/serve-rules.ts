import type { SchedulerLike } from 'rxjs'
import type { RuleStore } from '../../operators/rules/rule-store.ts'
import type { Config } from '../../schemas/config.ts'
import type { HttpRoute } from '../http/http-route.ts'
import { checkRuleValue } from '../rule-files/check-rule-value.ts'
import { fieldWarnings, type KnownFields } from '../rule-files/field-warnings.ts'
import { explainRoute } from './explain-route.ts'
import { openRulesApi } from './open-rules-api.ts'
import { servedTests } from './served-tests.ts'
import { testRoute } from './test-route.ts'

export interface ServeRulesOptions {
  readonly store: RuleStore
  /** Those that rules may name. */
  readonly models: Config['models']
  readonly fields: KnownFields
  readonly clock: Pick<SchedulerLike, 'now'>
}

/** Everything under `/rules` as a process serves it: checked as files are, held to its own tests, with what recent events tell. */
export function serveRules({ store, models, fields, clock }: ServeRulesOptions): readonly HttpRoute[] {
  const tests = servedTests()
  return [
    ...openRulesApi({
      store,
      check: value => checkRuleValue(value, { ids: 'required', models: { configured: models } }),
      warningsOf: rule => fieldWarnings(rule, fields),
      failingTests: rule => tests.failing(rule),
      clock,
    }),
    testRoute(tests),
    explainRoute({ ruleOf: ruleId => store.rules.get(ruleId), clock }),
  ]
}
