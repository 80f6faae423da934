import { PipelineError } from '../../schemas/failure.ts'
import type { RuleTest } from '../../schemas/rule-test.ts'
import type { Rule } from '../../schemas/rule.ts'
import { checkExpectations, type TestFailure } from './check-expectations.ts'
import { testRule, type TestRuleOptions, type TestRun } from './test-rule.ts'

/** What came of one test of a rule. */
export interface TestResult {
  /** Its place among the tests of the rule. */
  readonly index: number
  readonly test: RuleTest
  /** Null when it was broken off. */
  readonly run: TestRun | null
  /** None: it passed. */
  readonly failures: readonly TestFailure[]
}

export interface RunRuleTestsOptions {
  /** Only tests whose name contains it. */
  readonly only?: string | undefined
  /** How each test is run. */
  readonly optionsOf?: () => TestRuleOptions
}

/** Runs the tests of a rule, one after the other. */
export async function* runRuleTests(
  rule: Rule,
  { only = '', optionsOf = () => ({}) }: RunRuleTestsOptions = {},
): AsyncGenerator<TestResult> {
  for (const [index, test] of (rule.tests ?? []).entries()) {
    if (test.name.includes(only)) yield { index, test, ...(await runTest(rule, test, optionsOf())) }
  }
}

async function runTest(
  rule: Rule,
  test: RuleTest,
  options: TestRuleOptions,
): Promise<Pick<TestResult, 'run' | 'failures'>> {
  try {
    const run = await testRule(rule, test, options)
    return { run, failures: checkExpectations(test.expect, run) }
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'test_too_long') throw error
    return { run: null, failures: [{ path: 'events', message: error.message }] }
  }
}
