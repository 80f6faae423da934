import { defer, finalize, type Observable } from 'rxjs'
import { AttemptBook } from '../operators/judging/attempt-book.ts'
import { judgeWindow } from '../operators/judging/judge-window.ts'
import type { JudgeWindowOptions, Verdict } from '../operators/judging/verdict.ts'
import { type CommittedGroup, UNWRITTEN_RECORDS_MAX } from '../operators/lanes/commit-in-groups.ts'
import { deadLetter } from '../operators/lanes/dead-letter.ts'
import type { Lane, LogRecord, OutputRecord } from '../operators/lanes/lane.ts'
import { type LaneLoad, laneLoad } from '../operators/lanes/lane-load.ts'
import type { Awaits } from '../operators/lanes/pace-lane.ts'
import type { LaneMemory } from '../operators/lanes/recover-memory.ts'
import { rulesOffsetOf } from '../operators/rules/rules-offset-of.ts'
import type { SettledDecision } from '../operators/lanes/settle-verdicts.ts'
import type { PassedWork } from '../operators/lanes/take-work.ts'
import type { LiveRules } from '../operators/rules/live-rules.ts'
import type { LaneHeld, Telemetry } from '../operators/telemetry.ts'
import type { OpenWindows } from '../operators/windows/form-windows.ts'
import type { ClosedWindow } from '../operators/windows/window.ts'
import type { LaneBounds } from '../schemas/config.ts'
import type { Decision, Repeat } from '../schemas/decision.ts'
import type { Rule } from '../schemas/rule.ts'
import { reportDeadLetters } from './report-dead-letters.ts'
import type { Topics } from './topics-of.ts'
import { ClosedWindows } from './windows/closed-windows.ts'
import type { LaneWatch } from './windows/lane-watch.ts'
import { watchedLane } from './windows/watched-lane.ts'

export interface DecideOptions extends Omit<JudgeWindowOptions, 'telemetry' | 'attempts'> {
  readonly rules: LiveRules
  readonly topics: Topics
  readonly partitions: number
  readonly bounds: LaneBounds
  readonly telemetry: Telemetry
  /** First emission: what is decided is committed, what is not is dropped and taken again by the next owner. */
  readonly stopping$: Observable<unknown>
  /** Where the lane can be looked at. */
  readonly watch?: LaneWatch
  /** When the window that opens with this record of `work` was due in a run before; null where that is not known. */
  readonly knownDueMs?: (partition: number, offset: number) => number | null
}

type FinishedWork = SettledDecision | PassedWork
type DeadLetterInput = Parameters<typeof deadLetter>[0]

const holdsNothing: LaneHeld = {
  events: 0,
  bytes: 0,
  judging: 0,
  decidedAhead: 0,
  dedupeIds: 0,
  oldestArrivedAtMs: null,
}

/** What one lane of DECIDE holds, from its opening to its end, and what follows from it. */
export class DecideLane {
  readonly load: LaneLoad
  /** Dropped repeats that wait for a decision to name them. */
  readonly repeats: Repeat[] = []
  readonly memory: LaneMemory
  /** A record waits until this process knows the rules as the ROUTE that wrote it did. */
  readonly awaits: Awaits
  private readonly attempts = new AttemptBook()
  /** Of windows that are closed and not committed. */
  private eventsClosed = 0
  /** Windows that have their place in judgement. */
  private judging = 0
  private readonly closedWindows = new ClosedWindows()
  private unwatch: () => void = () => undefined
  private readonly lane: Lane
  private readonly options: DecideOptions

  constructor(lane: Lane, memory: LaneMemory, options: DecideOptions) {
    this.lane = lane
    this.memory = memory
    this.options = options
    const { rules } = options
    const isEarly = (record: LogRecord) => !rules.covers(rulesOffsetOf(record))
    this.awaits = { isEarly, moved$: rules.moved$ }
    const { events_max: eventsMax, bytes_max: bytesMax, decided_ahead_max: aheadMax } = options.bounds
    const maxima = { eventsMax, bytesMax, aheadMax, unwrittenMax: UNWRITTEN_RECORDS_MAX }
    // What is in judgement may all be finished before the watermark moves.
    this.load = laneLoad(maxima, () => memory.ledger.ahead + this.eventsClosed)
  }

  get isDraining(): boolean {
    return this.eventsClosed > 0
  }

  /** The newest version of a rule; null where it is gone or disabled. */
  ruleOf(ruleId: string): Rule | null {
    const rule = this.options.rules.table.byId(ruleId)
    return rule?.enabled === true ? rule : null
  }

  opened(windows: OpenWindows): void {
    const { memory, closedWindows, lane, options } = this
    const { partition } = lane
    const watched = watchedLane({ partition, ledger: memory.ledger, windows, closed: closedWindows })
    this.unwatch = options.watch?.add(watched) ?? this.unwatch
  }

  closed(window: ClosedWindow): void {
    this.eventsClosed += window.held.length
    this.closedWindows.add(window)
  }

  /** Of a rule that went before the window gets its place no model is asked. */
  judge(window: ClosedWindow): Observable<Verdict> {
    const options = { ...this.options, attempts: this.attempts }
    const verdict$ = judgeWindow(window, options)
    return defer(() => {
      this.judging++
      const isGone = window.rule !== null && this.ruleOf(window.ruleId) === null
      const cancelled = { ...window, rule: null, closedBy: 'rule_change' } as const
      return (isGone ? judgeWindow(cancelled, options) : verdict$).pipe(
        finalize(() => {
          this.judging--
        }),
      )
    })
  }

  /** Finishes the work of a transaction; what may be committed with it. */
  seal(items: readonly FinishedWork[]): { offset: number; metadata: string } {
    const { ledger, cursor } = this.memory
    for (const { offsets } of items) for (const offset of offsets) ledger.finish(offset)
    const offset = ledger.watermark
    return { offset, metadata: cursor.metadata(offset) }
  }

  committed({ items, receipt }: CommittedGroup<FinishedWork>): void {
    if (receipt.journalEnd !== null) this.memory.cursor.journalEndsAt(receipt.journalEnd)
    for (const item of items) this.written(item)
    this.reportHeld()
  }

  private written(item: FinishedWork): void {
    const { clock, telemetry, topics } = this.options
    reportDeadLetters(item.outputs, { stage: 'decide', topic: topics.deadLetter, telemetry })
    if (item.kind === 'passed') {
      this.load.release(0, 0, item.outputs.length)
      return
    }
    const { decision, alert, attempts } = item
    this.eventsClosed -= item.events
    this.closedWindows.committed(item.offsets)
    for (const { model, count } of attempts) this.attempts.settled(model, count)
    telemetry.decided(decision, clock.now() - item.arrivedAtMs)
    if (alert !== null) telemetry.alerted(alert)
    this.load.release(item.events, item.bytes, item.outputs.length)
  }

  reportHeld(): void {
    const { memory, load } = this
    this.options.telemetry.laneHeld('decide', this.lane.partition, {
      events: load.events,
      bytes: load.bytes,
      judging: this.judging,
      decidedAhead: load.ahead,
      dedupeIds: memory.seen.count,
      oldestArrivedAtMs: memory.ledger.oldestArrivedAtMs,
    })
  }

  left(): void {
    const { telemetry } = this.options
    this.unwatch()
    for (const { model, count } of this.attempts.unsettled) telemetry.callsAbandoned(model, count)
    telemetry.laneHeld('decide', this.lane.partition, holdsNothing)
  }

  invalid(record: DeadLetterInput, detail: string): OutputRecord {
    return this.deadLetter(record, { reason: 'work_invalid', detail })
  }

  undecided(record: DeadLetterInput, { rule_id, decision_id, error }: Decision): OutputRecord {
    const detail = `${error?.code ?? ''}: ${error?.message ?? ''}`
    const of = { ruleId: rule_id, decisionId: decision_id }
    return this.deadLetter(record, { reason: 'decision_undecided', detail, ...of })
  }

  private deadLetter(
    record: DeadLetterInput,
    why: Pick<Parameters<typeof deadLetter>[1], 'reason' | 'detail' | 'ruleId' | 'decisionId'>,
  ): OutputRecord {
    const { topics, partitions, clock } = this.options
    const { topic, partition } = this.lane
    return deadLetter(record, {
      topic: topics.deadLetter,
      partition: partition % partitions,
      stage: 'decide',
      target: topics.work,
      source: { topic, partition, offset: `${record.offset}` },
      atMs: clock.now(),
      ...why,
    })
  }
}
