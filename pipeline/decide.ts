import { connect, defer, filter, finalize, merge, type Observable, switchMap, takeUntil, tap } from 'rxjs'
import type { RuleTable } from '../operators/events/create-rule-table.ts'
import { AttemptBook } from '../operators/judging/attempt-book.ts'
import { judgeWindow } from '../operators/judging/judge-window.ts'
import type { JudgeWindowOptions, Verdict } from '../operators/judging/verdict.ts'
import { judgeWindows } from '../operators/judging/judge-windows.ts'
import {
  commitInGroups,
  type CommittedGroup,
  UNWRITTEN_RECORDS_MAX,
} from '../operators/lanes/commit-in-groups.ts'
import { deadLetter } from '../operators/lanes/dead-letter.ts'
import type { Lane } from '../operators/lanes/lane.ts'
import { type LaneLoad, laneLoad } from '../operators/lanes/lane-load.ts'
import { paceLane } from '../operators/lanes/pace-lane.ts'
import { type LaneMemory, recoverMemory } from '../operators/lanes/recover-memory.ts'
import { type SettledDecision, settleVerdicts } from '../operators/lanes/settle-verdicts.ts'
import { type PassedWork, takeWork, type WindowInput } from '../operators/lanes/take-work.ts'
import type { LaneHeld, Telemetry } from '../operators/telemetry.ts'
import { formWindows } from '../operators/windows/form-windows.ts'
import type { LaneBounds } from '../schemas/config.ts'
import type { Repeat } from '../schemas/decision.ts'
import { reportDeadLetters } from './report-dead-letters.ts'
import type { Topics } from './topics-of.ts'

export interface DecideOptions extends Omit<JudgeWindowOptions, 'telemetry' | 'attempts'> {
  readonly rules: RuleTable
  readonly topics: Topics
  readonly partitions: number
  readonly bounds: LaneBounds
  readonly telemetry: Telemetry
  /** First emission: what is decided is committed, what is not is dropped and taken again by the next owner. */
  readonly stopping$: Observable<unknown>
}

/** Finished work without output waits this long for a decision to commit with. */
const IDLE_MS = 1000

/** DECIDE: one lane of `work`. Events gather in windows, windows are judged, and decisions are committed with the offset they free. */
export function decide(lane: Lane, options: DecideOptions): Observable<unknown> {
  const { bounds, clock } = options
  const memory$ = recoverMemory(lane, {
    nowMs: clock.now(),
    dedupeMs: bounds.dedupe_seconds * 1000,
    idsMax: bounds.dedupe_ids_max,
  })
  return memory$.pipe(
    takeUntil(options.stopping$),
    switchMap(memory => decideFrom(laneState(lane, memory, options))),
  )
}

interface LaneState {
  readonly lane: Lane
  readonly memory: LaneMemory
  readonly load: LaneLoad
  readonly repeats: Repeat[]
  readonly options: DecideOptions
  /** `events`: of windows that are closed and not committed. `windows`: that have their place in judgement. */
  readonly inJudgement: { events: number; windows: number }
  readonly attempts: AttemptBook
}

function laneState(lane: Lane, memory: LaneMemory, options: DecideOptions): LaneState {
  const { events_max: eventsMax, bytes_max: bytesMax, decided_ahead_max: aheadMax } = options.bounds
  const inJudgement = { events: 0, windows: 0 }
  // What is in judgement may all be finished before the watermark moves.
  const maxima = { eventsMax, bytesMax, aheadMax, unwrittenMax: UNWRITTEN_RECORDS_MAX }
  const load = laneLoad(maxima, () => memory.ledger.ahead + inJudgement.events)
  return { lane, memory, load, repeats: [], options, inJudgement, attempts: new AttemptBook() }
}

function decideFrom(state: LaneState): Observable<unknown> {
  const { lane, memory, load, options } = state
  return lane.signals$.pipe(
    paceLane({ lane, load, sliceMax: 1, draining: () => state.inJudgement.events > 0 }),
    takeWork({ ...takeOptions(state), memory, load, repeats: state.repeats }),
    tap(({ kind }) => {
      // At the end of what there is to take, so that what a lane holds also shows while nothing is decided.
      if (kind !== 'work' && kind !== 'passed') reportHeld(state)
    }),
    connect(taken$ =>
      merge(taken$.pipe(filter(isPassed)), taken$.pipe(filter(isWindowInput), judged(state))),
    ),
    takeUntil(options.stopping$),
    tap(({ outputs }) => {
      load.queue(outputs.length)
    }),
    commitInGroups({
      seal: items => seal(items, state),
      commit: transaction => lane.commit(transaction),
      idleMs: IDLE_MS,
      clock: options.clock,
    }),
    tap(group => {
      committed(group, state)
    }),
    finalize(() => {
      for (const { model, count } of state.attempts.unsettled) options.telemetry.callsAbandoned(model, count)
      options.telemetry.laneHeld('decide', lane.partition, holdsNothing)
    }),
  )
}

const holdsNothing: LaneHeld = {
  events: 0,
  bytes: 0,
  judging: 0,
  decidedAhead: 0,
  dedupeIds: 0,
  oldestArrivedAtMs: null,
}

function reportHeld({ lane, memory, load, options, inJudgement }: LaneState): void {
  options.telemetry.laneHeld('decide', lane.partition, {
    events: load.events,
    bytes: load.bytes,
    judging: inJudgement.windows,
    decidedAhead: load.ahead,
    dedupeIds: memory.seen.count,
    oldestArrivedAtMs: memory.ledger.oldestArrivedAtMs,
  })
}

/** Counts the windows that a model is asked about while it is. */
function countJudging(verdict$: Observable<Verdict>, { inJudgement }: LaneState): Observable<Verdict> {
  return defer(() => {
    inJudgement.windows++
    return verdict$.pipe(
      finalize(() => {
        inJudgement.windows--
      }),
    )
  })
}

/** The path of a window: formed, judged, settled. */
function judged(state: LaneState) {
  const { lane, memory, repeats, options } = state
  const { bounds, clock, telemetry, topics } = options
  return (inputs$: Observable<WindowInput>): Observable<SettledDecision> =>
    inputs$.pipe(
      formWindows({
        clock,
        telemetry,
        partition: lane.partition,
        windowsMax: bounds.windows_max,
        eventsMax: bounds.events_max,
        bytesMax: bounds.bytes_max,
      }),
      tap(({ held }) => {
        state.inJudgement.events += held.length
      }),
      judgeWindows({
        judge: window => countJudging(judgeWindow(window, { ...options, attempts: state.attempts }), state),
        judgingMax: bounds.judging_max,
        judgingPerKeyMax: bounds.judging_per_key_max,
        windowsMax: bounds.events_max,
      }),
      settleVerdicts({
        partition: lane.partition,
        topics,
        seen: memory.seen,
        repeats,
        clock,
        ...undecidedOptions(state),
      }),
    )
}

function seal(items: readonly (SettledDecision | PassedWork)[], { memory }: LaneState) {
  for (const { offsets } of items) for (const offset of offsets) memory.ledger.finish(offset)
  const offset = memory.ledger.watermark
  return { offset, metadata: memory.cursor.metadata(offset) }
}

function committed({ items, receipt }: CommittedGroup<SettledDecision | PassedWork>, state: LaneState): void {
  const { memory, load, options } = state
  const { clock, telemetry, topics } = options
  if (receipt.journalEnd !== null) memory.cursor.journalEndsAt(receipt.journalEnd)
  for (const item of items) {
    reportDeadLetters(item.outputs, { stage: 'decide', topic: topics.deadLetter, telemetry })
    if (item.kind === 'passed') {
      load.release(0, 0, item.outputs.length)
      continue
    }
    state.inJudgement.events -= item.events
    if (item.decision.model !== null) state.attempts.settled(item.decision.model, item.decision.attempts)
    telemetry.decided(item.decision, clock.now() - item.arrivedAtMs)
    if (item.alert !== null) telemetry.alerted(item.alert)
    load.release(item.events, item.bytes, item.outputs.length)
  }
  reportHeld(state)
}

function takeOptions({ lane, options }: LaneState) {
  const { rules, topics, partitions, clock } = options
  return {
    ruleOf: (ruleId: string) => {
      const rule = rules.byId(ruleId)
      return rule?.enabled === true ? rule : null
    },
    deadLetter: (record: Parameters<typeof deadLetter>[0], detail: string) =>
      deadLetter(record, {
        topic: topics.deadLetter,
        partition: lane.partition % partitions,
        stage: 'decide',
        reason: 'work_invalid',
        detail,
        target: topics.work,
        source: { topic: lane.topic, partition: lane.partition, offset: `${record.offset}` },
        atMs: clock.now(),
      }),
  }
}

function undecidedOptions({
  lane,
  options,
}: LaneState): Pick<Parameters<typeof settleVerdicts>[0], 'deadLetter'> {
  const { topics, partitions, clock } = options
  return {
    deadLetter: (record, { rule_id, decision_id, error }) =>
      deadLetter(record, {
        topic: topics.deadLetter,
        partition: lane.partition % partitions,
        stage: 'decide',
        reason: 'decision_undecided',
        detail: `${error?.code ?? ''}: ${error?.message ?? ''}`,
        target: topics.work,
        source: { topic: lane.topic, partition: lane.partition, offset: `${record.offset}` },
        atMs: clock.now(),
        ruleId: rule_id,
        decisionId: decision_id,
      }),
  }
}

function isPassed(item: WindowInput | PassedWork): item is PassedWork {
  return item.kind === 'passed'
}

function isWindowInput(item: WindowInput | PassedWork): item is WindowInput {
  return item.kind !== 'passed'
}
