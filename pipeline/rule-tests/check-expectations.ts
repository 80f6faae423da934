import type { Decision } from '../../schemas/decision.ts'
import type { Expectation, ExpectedWindow } from '../../schemas/rule-test.ts'
import { sinceStartMs } from '../../schemas/since-start.ts'
import { sinceStart } from './since-start.ts'
import { TEST_START_MS } from './test-records.ts'
import type { TestRun } from './test-rule.ts'

/** An assertion of a test that does not hold. */
export interface TestFailure {
  /** Dotted, from the test: `expect.alerts`. */
  readonly path: string
  readonly message: string
}

/** What of a test is not as it is to be, in the order of its fields. */
export function checkExpectations(expected: Expectation, run: TestRun): readonly TestFailure[] {
  const { decisions } = run
  const outcomes = decisions.map(({ outcome }) => outcome)
  return [
    ...answersLeft(run),
    ...differing('alerts', expected.alerts, run.alerts.length),
    ...differing('model_calls', expected.model_calls, run.model_calls),
    ...everyOutcome(expected.outcome, outcomes),
    ...differing('outcomes', expected.outcomes?.join(', '), outcomes.join(', ')),
    ...someReason(expected.reason, decisions),
    ...windows(expected.windows, decisions),
  ]
}

type Shown = string | number | null

function failure(path: string, wanted: Shown, got: Shown): TestFailure {
  return { path: `expect.${path}`, message: `expected ${shown(wanted)}, got ${shown(got)}` }
}

function shown(value: Shown): string {
  return value === '' || value === null ? 'none' : String(value)
}

function differing(path: string, wanted: Shown | undefined, got: Shown): readonly TestFailure[] {
  return wanted === undefined || wanted === got ? [] : [failure(path, wanted, got)]
}

/** Said before everything else, since everything else follows from it. */
function answersLeft({ trace: { calls } }: TestRun): readonly TestFailure[] {
  const without = calls.filter(({ answer }) => answer === null).length
  if (without === 0) return []
  const answered = calls.length - without
  const message = `the model was asked ${counted(calls.length, 'time')}, and the test has ${counted(answered, 'answer')}`
  return [{ path: 'answers', message }]
}

function everyOutcome(
  wanted: Expectation['outcome'],
  outcomes: readonly Decision['outcome'][],
): readonly TestFailure[] {
  if (wanted === undefined) return []
  const isAsWanted = outcomes.length > 0 && outcomes.every(outcome => outcome === wanted)
  const got = outcomes.length === 0 ? 'no window' : [...new Set(outcomes)].join(' and ')
  return isAsWanted ? [] : [failure('outcome', wanted, got)]
}

function someReason(wanted: string | undefined, decisions: readonly Decision[]): readonly TestFailure[] {
  if (wanted === undefined) return []
  const reasons = decisions.flatMap(({ reason }) => reason ?? [])
  if (reasons.some(reason => reason.includes(wanted))) return []
  const got = reasons.map(reason => JSON.stringify(reason)).join(', ')
  return [failure('reason', `a reason with ${JSON.stringify(wanted)}`, got)]
}

function windows(
  wanted: readonly ExpectedWindow[] | undefined,
  decisions: readonly Decision[],
): readonly TestFailure[] {
  if (wanted === undefined) return []
  if (wanted.length !== decisions.length) {
    return [failure('windows', counted(wanted.length, 'window'), decisions.length)]
  }
  return wanted.flatMap((window, index) => {
    const decision = decisions[index]
    return decision === undefined ? [] : windowFailures(window, decision, `windows.${index}`)
  })
}

function windowFailures(wanted: ExpectedWindow, decision: Decision, path: string): readonly TestFailure[] {
  const { closed_at: closedAt, reason, ...plain } = wanted
  const closedMs = Date.parse(decision.closed_at) - TEST_START_MS
  return [
    ...(['key', 'event_count', 'closed_by', 'outcome', 'confidence'] as const).flatMap(field =>
      differing(`${path}.${field}`, plain[field], decision[field]),
    ),
    ...(closedAt === undefined || sinceStartMs(closedAt) === closedMs
      ? []
      : [failure(`${path}.closed_at`, closedAt, sinceStart(closedMs))]),
    ...(reason === undefined || decision.reason?.includes(reason) === true
      ? []
      : [failure(`${path}.reason`, `a reason with ${JSON.stringify(reason)}`, decision.reason)]),
  ]
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
