import { connect, filter, finalize, merge, type Observable, switchMap, takeUntil, tap } from 'rxjs'
import { judgeWindows } from '../operators/judging/judge-windows.ts'
import { commitInGroups } from '../operators/lanes/commit-in-groups.ts'
import type { Lane } from '../operators/lanes/lane.ts'
import { paceLane } from '../operators/lanes/pace-lane.ts'
import { recoverMemory } from '../operators/lanes/recover-memory.ts'
import { type SettledDecision, settleVerdicts } from '../operators/lanes/settle-verdicts.ts'
import { type PassedWork, takeWork, type WindowInput } from '../operators/lanes/take-work.ts'
import { formWindows } from '../operators/windows/form-windows.ts'
import { DecideLane, type DecideOptions } from './decide-lane.ts'

/** Finished work without output waits this long for a decision to commit with. */
const IDLE_MS = 1000

/** DECIDE: one lane of `work`. Events gather in windows, windows are judged, and decisions are committed with the offset they free. */
export function decide(lane: Lane, options: DecideOptions): Observable<unknown> {
  const { bounds, clock, stopping$ } = options
  const memory$ = recoverMemory(lane, {
    nowMs: clock.now(),
    dedupeMs: bounds.dedupe_seconds * 1000,
    idsMax: bounds.dedupe_ids_max,
  })
  return memory$.pipe(
    takeUntil(stopping$),
    switchMap(memory => decideFrom(lane, new DecideLane(lane, memory, options), options)),
  )
}

function decideFrom(lane: Lane, state: DecideLane, options: DecideOptions): Observable<unknown> {
  const { memory, load, repeats } = state
  return lane.signals$.pipe(
    paceLane({ lane, load, sliceMax: 1, draining: () => state.isDraining, awaits: state.awaits }),
    takeWork({
      memory,
      load,
      repeats,
      ruleOf: ruleId => state.ruleOf(ruleId),
      deadLetter: (record, detail) => state.invalid(record, detail),
      telemetry: options.telemetry,
    }),
    tap(({ kind }) => {
      // At the end of what there is to take, so that what a lane holds also shows while nothing is decided.
      if (kind !== 'work' && kind !== 'passed') state.reportHeld()
    }),
    connect(taken$ =>
      merge(
        taken$.pipe(filter(isPassed)),
        judged(taken$.pipe(filter(isWindowInput)), { lane, state, options }),
      ),
    ),
    takeUntil(options.stopping$),
    tap(({ outputs }) => {
      load.queue(outputs.length)
    }),
    commitInGroups({
      seal: items => state.seal(items),
      commit: transaction => lane.commit(transaction),
      idleMs: IDLE_MS,
      clock: options.clock,
    }),
    tap(group => {
      state.committed(group)
    }),
    finalize(() => {
      state.left()
    }),
  )
}

interface Judging {
  readonly lane: Lane
  readonly state: DecideLane
  readonly options: DecideOptions
}

/** The path of a window: formed, judged, settled. */
function judged(
  inputs$: Observable<WindowInput>,
  { lane: { partition }, state, options }: Judging,
): Observable<SettledDecision> {
  const { bounds, clock, telemetry, topics, knownDueMs } = options
  return inputs$.pipe(
    formWindows({
      clock,
      telemetry,
      partition,
      windowsMax: bounds.windows_max,
      eventsMax: bounds.events_max,
      bytesMax: bounds.bytes_max,
      ...(knownDueMs && { knownDueMs: offset => knownDueMs(partition, offset) }),
      onOpened: windows => {
        state.opened(windows)
      },
    }),
    tap(window => {
      state.closed(window)
    }),
    judgeWindows({
      judge: window => state.judge(window),
      judgingMax: bounds.judging_max,
      judgingPerKeyMax: bounds.judging_per_key_max,
      windowsMax: bounds.events_max,
    }),
    settleVerdicts({
      partition,
      topics,
      seen: state.memory.seen,
      repeats: state.repeats,
      deadLetter: (record, decision) => state.undecided(record, decision),
      clock,
    }),
  )
}

function isPassed(item: WindowInput | PassedWork): item is PassedWork {
  return item.kind === 'passed'
}

function isWindowInput(item: WindowInput | PassedWork): item is WindowInput {
  return item.kind !== 'passed'
}
