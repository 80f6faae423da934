import {
  BehaviorSubject,
  concatMap,
  connect,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  finalize,
  ignoreElements,
  map,
  merge,
  type OperatorFunction,
  type SchedulerLike,
  switchMap,
  takeUntil,
  timer,
} from 'rxjs'
import type { WindowInput } from '../lanes/take-work.ts'
import type { Telemetry, WindowMode } from '../telemetry.ts'
import type { ClosedWindow, HeldWork } from './window.ts'
import { modeOf } from './mode-of.ts'
import { WindowBook, type WindowBookOptions } from './window-book.ts'

export interface FormWindowsOptions extends WindowBookOptions {
  readonly clock: SchedulerLike
  readonly telemetry: Pick<Telemetry, 'windowFilled' | 'windowClosed' | 'windowsOpen'>
  /** Partition of the lane, for the telemetry. */
  readonly partition: number
  /** Given what holds the open windows, when there is one: to be looked at, and not changed. */
  readonly onOpened?: (windows: OpenWindows) => void
}

export type OpenWindows = Pick<WindowBook, 'count' | 'windows'>

/** Windows that a timer closes in one turn: their calls go out before the next so many are closed. */
const CLOSED_PER_WAKE_MAX = 64

/** The modes whose windows stay open. */
const windowModes = ['batch', 'interval'] as const

/**
 * Collects taken events into windows of one (rule, key), and closes each once: by size, by time, by tick, with its event, or by pressure.
 *
 * Shape:  events in, closed windows out, in the order in which they closed. An event of a rule that is gone comes out alone, to be cancelled, unless a window is open for it.
 * Time:   lane time. Behind, it is the append time of the event being taken, and what is due at or before it closes first; at
 *         the end (from `end` until the next event) it is the clock's, and a real timer closes what falls due. At a
 *         `standstill` no time passes. It never goes back.
 * State:  the open windows, at most `windowsMax` and half of it after pressure; dropped at completion, when nothing of them is committed.
 * Errors: none of its own; source errors pass through.
 */
export function formWindows(options: FormWindowsOptions): OperatorFunction<WindowInput, ClosedWindow> {
  return inputs$ =>
    defer(() => {
      const { clock } = options
      const lane = new WindowLane(options)
      const nextDueMs$ = new BehaviorSubject<number | null>(null)
      const wakes$ = nextDueMs$.pipe(
        distinctUntilChanged(),
        switchMap(dueMs => (dueMs === null ? EMPTY : wakeAt(dueMs, clock))),
      )
      return inputs$.pipe(
        connect(delivered$ => {
          const ended$ = delivered$.pipe(ignoreElements(), endWith(null))
          return merge(delivered$, wakes$.pipe(takeUntil(ended$)))
        }),
        concatMap(function* (input) {
          yield* lane.handle(input)
          // Its timer is spent, also where more is due at the same time.
          if (input.kind === 'wake') nextDueMs$.next(null)
          nextDueMs$.next(lane.nextWakeMs)
          lane.reportOpen()
        }),
        finalize(() => {
          lane.reportNone()
        }),
      )
    })
}

interface Wake {
  readonly kind: 'wake'
  readonly dueMs: number
}

function wakeAt(dueMs: number, clock: SchedulerLike) {
  return timer(Math.max(0, dueMs - clock.now()), clock).pipe(map((): Wake => ({ kind: 'wake', dueMs })))
}

interface Advance {
  /** How late a window is closed; only a lane at its end can be late, behind it lane time is the records'. */
  readonly late: (dueMs: number) => number | null
  readonly closedMax: number
}

class WindowLane {
  private readonly book: WindowBook
  private readonly options: FormWindowsOptions
  private readonly reported = new Map<WindowMode, number>()
  private laneMs = 0
  private arrivedAtMs = 0
  private atEnd = false

  constructor(options: FormWindowsOptions) {
    this.options = options
    this.book = new WindowBook(options)
    options.onOpened?.(this.book)
  }

  *handle(input: WindowInput | Wake): Generator<ClosedWindow> {
    if (input.kind === 'work') yield* this.take(input)
    else if (input.kind === 'pressure') yield* this.relieve()
    else if (input.kind === 'standstill') this.atEnd = false
    else if (input.kind === 'end') {
      this.atEnd = true
      yield* this.advanceTo(this.options.clock.now())
    } else if (this.atEnd) {
      // A timer may fire a little before the clock shows its time.
      const nowMs = Math.max(input.dueMs, this.options.clock.now())
      yield* this.advanceTo(nowMs, { late: dueMs => nowMs - dueMs, closedMax: CLOSED_PER_WAKE_MAX })
    }
  }

  /** Only at the end is there a timer, made anew at each end: one that fired while the lane was behind closed nothing. */
  get nextWakeMs(): number | null {
    return this.atEnd ? this.book.nextDueMs : null
  }

  reportOpen(): void {
    for (const mode of windowModes) this.reportCount(mode, this.book.countOf(mode))
  }

  reportNone(): void {
    for (const mode of windowModes) this.reportCount(mode, 0)
  }

  private reportCount(mode: WindowMode, count: number): void {
    if ((this.reported.get(mode) ?? 0) === count) return
    this.reported.set(mode, count)
    this.options.telemetry.windowsOpen(this.options.partition, mode, count)
  }

  private *take(held: HeldWork): Generator<ClosedWindow> {
    this.atEnd = false
    this.arrivedAtMs = Math.max(this.arrivedAtMs, held.arrivedAtMs)
    const { arrivedAtMs } = this
    yield* this.advanceTo(arrivedAtMs)
    // It joins what is open, whatever has become of the rule: windows of a key end in the order of their events.
    const rule = this.book.find(held.ruleId, held.key)?.rule ?? held.rule
    if (rule === null) {
      yield cancelledWindow(held, arrivedAtMs)
      return
    }
    const closed = this.book.join(held, rule, { arrivedAtMs, laneMs: this.laneMs })
    this.report(held, closed)
    if (closed !== null) yield closed
    if (this.book.count > this.options.windowsMax) yield* this.relieve()
  }

  private *advanceTo(
    timeMs: number,
    { late, closedMax }: Advance = { late: () => null, closedMax: Infinity },
  ): Generator<ClosedWindow> {
    this.laneMs = Math.max(this.laneMs, timeMs)
    for (let closed = 0; closed < closedMax; closed++) {
      // Not by `laneMs`: records that become visible late, after the clock has run on, still form windows by their own times.
      const due = this.book.closeDue(timeMs)
      if (due === null) return
      this.closed(due, late(due.closedAtMs))
      yield due
    }
  }

  private *relieve(): Generator<ClosedWindow> {
    for (const window of this.book.closeOldest(this.laneMs)) {
      this.closed(window, null)
      yield window
    }
  }

  private report({ ruleId, key }: HeldWork, closed: ClosedWindow | null): void {
    const window = closed ?? this.book.find(ruleId, key)
    if (!window?.rule) return
    const { rule, held } = window
    const sizeMax = rule.rule_config.llm_config?.batch_size ?? null
    this.options.telemetry.windowFilled({
      ruleId: rule.rule_id,
      key,
      mode: modeOf(rule),
      count: held.length,
      sizeMax,
    })
    if (closed !== null) this.closed(closed, null)
  }

  private closed({ rule, closedBy }: ClosedWindow, lateMs: number | null): void {
    if (rule !== null) this.options.telemetry.windowClosed({ mode: modeOf(rule), closedBy, lateMs })
  }
}

function cancelledWindow(held: HeldWork, atMs: number): ClosedWindow {
  const { ruleId, key } = held
  const times = { openedAtMs: atMs, closedAtMs: atMs }
  return { kind: 'window', rule: null, ruleId, key, held: [held], ...times, closedBy: 'rule_change' }
}
