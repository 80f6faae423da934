import type { Rule } from '../../schemas/rule.ts'
import type { TestFailure } from './check-expectations.ts'
import { runRuleTests } from './run-rule-tests.ts'

/** How long all tests of a rule may take by the wall clock. */
const TESTS_WALL_MS_MAX = 30_000

/** What fails in the tests of a rule, each with its path from the rule: `tests.0.expect.alerts`; none: they pass. */
export async function failingTests(
  rule: Rule,
  wallMsMax = TESTS_WALL_MS_MAX,
): Promise<readonly TestFailure[]> {
  const failing: TestFailure[] = []
  const endMs = performance.now() + wallMsMax
  const optionsOf = () => ({ wallMsMax: Math.max(1, Math.round(endMs - performance.now())) })
  for await (const { index, test, failures } of runRuleTests(rule, { optionsOf })) {
    for (const { path, message } of failures) {
      failing.push({ path: `tests.${index}.${path}`, message: `${test.name}: ${message}` })
    }
  }
  return failing
}
