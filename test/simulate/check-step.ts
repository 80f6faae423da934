import { alertsMatch } from './invariants/alerts-match.ts'
import { allAccounted } from './invariants/all-accounted.ts'
import { boundsHold } from './invariants/bounds-hold.ts'
import { decidedOnce } from './invariants/decided-once.ts'
import { fencedCommitNothing } from './invariants/fenced-commit-nothing.ts'
import { offsetsPassNothing } from './invariants/offsets-pass-nothing.ts'
import { rulesObeyed } from './invariants/rules-obeyed.ts'
import { requestsAccounted } from './invariants/requests-accounted.ts'
import type { View } from './invariants/view.ts'
import { windowsCloseInTime } from './invariants/windows-close-in-time.ts'
import type { Invariant } from './violation.ts'

type Check = (view: View) => Iterable<string>

/** On what has been committed since the last look, before it counts as known. */
const onFresh: readonly (readonly [Invariant, Check])[] = [
  ['I2', decidedOnce],
  ['I2', rulesObeyed],
  ['I3', windowsCloseInTime],
  ['I5', alertsMatch],
  ['I6', fencedCommitNothing],
  ['I7', requestsAccounted],
]
const onAll: readonly (readonly [Invariant, Check])[] = [
  ['I1', offsetsPassNothing],
  ['I8', boundsHold],
]

/** Checks every invariant on what there is after a step, and the final account when `isEnd`; I4 takes two runs. */
export function checkStep(view: View, isEnd: boolean): readonly { invariant: Invariant; seen: string }[] {
  const { account, simulation } = view
  account.look()
  const run = (checks: readonly (readonly [Invariant, Check])[]) =>
    checks.flatMap(([invariant, check]) => [...check(view)].map(seen => ({ invariant, seen })))
  const fresh = run(onFresh)
  account.settle()
  const bugs = simulation.bugs.map(seen => ({ invariant: 'run' as const, seen }))
  return [...bugs, ...fresh, ...run(onAll), ...(isEnd ? run([['end', allAccounted]]) : [])]
}
