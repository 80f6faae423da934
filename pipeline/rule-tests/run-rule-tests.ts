import { PipelineError } from '../../schemas/failure.ts'
import type { RuleTest } from '../../schemas/rule-test.ts'
import type { Rule } from '../../schemas/rule.ts'
import { checkExpectations, type TestFailure } from './check-expectations.ts'
import { testRule, type TestRun } from './test-rule.ts'

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

/** Runs the tests of a rule, one after the other; with `only` those whose name contains it. */
export async function* runRuleTests(rule: Rule, only = ''): AsyncGenerator<TestResult> {
  for (const [index, test] of (rule.tests ?? []).entries()) {
    if (test.name.includes(only)) yield await runTest(rule, test, index)
  }
}

async function runTest(rule: Rule, test: RuleTest, index: number): Promise<TestResult> {
  try {
    const run = await testRule(rule, test)
    return { index, test, run, failures: checkExpectations(test.expect, run) }
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'test_too_long') throw error
    return { index, test, run: null, failures: [{ path: 'events', message: error.message }] }
  }
}
