import type { Rule } from '../../schemas/rule.ts'
import type { TestFailure } from './check-expectations.ts'
import { runRuleTests } from './run-rule-tests.ts'

/** What fails in the tests of a rule, each with its path from the rule: `tests.0.expect.alerts`; none: they pass. */
export async function failingTests(rule: Rule): Promise<readonly TestFailure[]> {
  const failing: TestFailure[] = []
  for await (const { index, test, failures } of runRuleTests(rule)) {
    for (const { path, message } of failures) {
      failing.push({ path: `tests.${index}.${path}`, message: `${test.name}: ${message}` })
    }
  }
  return failing
}
