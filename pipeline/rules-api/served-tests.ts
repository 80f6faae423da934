import { PipelineError } from '../../schemas/failure.ts'
import type { RuleTest } from '../../schemas/rule-test.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { FieldProblem } from '../http/problem-document.ts'
import { failingTests } from '../rule-tests/failing-tests.ts'
import { testRule, type TestRun } from '../rule-tests/test-rule.ts'
import { tooManyEvents } from './too-many-events.ts'

/** Tests of rules that run beside lanes at once. */
const RUNNING_MAX = 2

/** The tests that a process runs for those who ask it over HTTP: small ones, and few at once. `tests_busy` where it has enough. */
export interface ServedTests {
  run(rule: Rule, test: Pick<RuleTest, 'events' | 'answers'>): Promise<TestRun>
  /** What fails of a rule's own tests. */
  failing(rule: Rule): Promise<readonly FieldProblem[]>
}

/** Nothing is shared with another one. */
export function servedTests(): ServedTests {
  let running = 0
  const inPlace = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= RUNNING_MAX) throw new PipelineError('tests_busy', 'other tests of rules run now')
    running++
    try {
      return await work()
    } finally {
      running--
    }
  }
  return {
    run: (rule, test) => inPlace(() => testRule(rule, test)),
    failing: async rule => {
      const { tests = [] } = rule
      const large = tests.flatMap(({ events }, index) => {
        const message = tooManyEvents(events)
        return message === null ? [] : [{ path: `tests.${index}.events`, message }]
      })
      if (large.length > 0 || tests.length === 0) return large
      return inPlace(() => failingTests(rule))
    },
  }
}
