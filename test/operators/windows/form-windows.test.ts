import {
  map,
  NEVER,
  of,
  type SchedulerAction,
  type SchedulerLike,
  Subject,
  type Subscription,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs'
import { expect, test } from 'vitest'
import type { WindowInput } from '../../../operators/lanes/take-work.ts'
import { formWindows, type FormWindowsOptions } from '../../../operators/windows/form-windows.ts'
import type { ClosedWindow } from '../../../operators/windows/window.ts'
import { silentTelemetry } from '../../support/silent-telemetry.ts'
import { virtualTime } from '../../support/virtual-time.ts'
import { heldWork, ruleOf } from './held-work.ts'

const batch = ruleOf('batch', { trigger_mode: 'batch', batch_size: 3, max_wait_seconds: 1 })
const realtime = ruleOf('realtime', { trigger_mode: 'realtime' })
const END: WindowInput = { kind: 'end' }
const PRESSURE: WindowInput = { kind: 'pressure' }
const STANDSTILL: WindowInput = { kind: 'standstill' }

/** An event of the batch rule that arrived at a time; its offset is the time unless it is named. */
function event(atMs: number, key = 'k', offset = atMs): WindowInput {
  return heldWork(batch, { offset, atMs, key })
}

/** A window, in short: its key, offsets, how and when it closed. */
function nameOf({ key, held, closedBy, closedAtMs }: ClosedWindow): string {
  return `${key} ${held.map(({ offset }) => offset).join()} ${closedBy} ${closedAtMs}`
}

function optionsWith(clock: SchedulerLike, more: Partial<FormWindowsOptions> = {}): FormWindowsOptions {
  const maxima = { windowsMax: 1000, eventsMax: 1e6, bytesMax: 1e9 }
  return { clock, telemetry: silentTelemetry, partition: 3, ...maxima, ...more }
}

interface Lane {
  readonly inputs$: Subject<WindowInput>
  readonly windows: string[]
  at(timeMs: number, ...inputs: readonly WindowInput[]): void
}

/** Inputs at times of the clock; `windows` has each closed window with the time at which it came out. */
function laneOf(script: (lane: Lane) => void, more: Partial<FormWindowsOptions> = {}): readonly string[] {
  const scheduler = virtualTime()
  const windows: string[] = []
  scheduler.run(() => {
    const inputs$ = new Subject<WindowInput>()
    const clock = more.clock ?? scheduler
    inputs$.pipe(formWindows(optionsWith(scheduler, { ...more, clock }))).subscribe({
      next: window => windows.push(`${scheduler.now()}: ${nameOf(window)}`),
      complete: () => windows.push(`${scheduler.now()}: complete`),
    })
    const at = (timeMs: number, ...inputs: readonly WindowInput[]) => {
      scheduler.schedule(() => {
        for (const input of inputs) inputs$.next(input)
      }, timeMs)
    }
    script({ inputs$, windows, at })
  })
  return windows
}

test('closes nothing of nothing, and passes completion, errors and unsubscribing on', () => {
  const scheduler = virtualTime()
  scheduler.run(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const options = optionsWith(scheduler)
    const never$ = hot<WindowInput>('---')
    expectObservable(cold<WindowInput>('--|').pipe(formWindows(options))).toBe('--|')
    expectObservable(cold<WindowInput>('-a#', { a: event(0) }).pipe(formWindows(options))).toBe('--#')
    expectObservable(never$.pipe(formWindows(options)), '--!').toBe('---')
    expectSubscriptions(never$.subscriptions).toBe('^-!')
  })
})

test('closes at the size with the event that reaches it, and at the wait of the first event without any other', () => {
  const windows = laneOf(({ at }) => {
    for (const ms of [0, 10, 20, 30, 40]) at(ms, event(ms), END)
  })
  expect(windows).toEqual(['20: k 0,10,20 size 20', '1030: k 30,40 time 1030'])
})

test('drops open windows and their timers at completion, and when it is unsubscribed', () => {
  const scheduler = virtualTime()
  scheduler.run(({ hot, cold, expectObservable }) => {
    const values = { a: event(0), e: END }
    const names = map(nameOf)
    expectObservable(cold('(ae)--|', values).pipe(formWindows(optionsWith(scheduler)), names)).toBe('------|')
    expectObservable(hot('(ae)', values).pipe(formWindows(optionsWith(scheduler)), names), '-----!').toBe('-')
  })
})

test('keeps a window of its own for each subscription', () => {
  const scheduler = virtualTime()
  const windows$ = of(event(0), event(1)).pipe(formWindows(optionsWith(scheduler)))
  const closed: ClosedWindow[] = []
  windows$.subscribe(window => closed.push(window))
  windows$.subscribe(window => closed.push(window))
  expect(closed).toEqual([])
})

test('closes many windows that are due at once in turns, so that others get theirs in between', () => {
  const scheduler = virtualTime()
  const seenAfter: number[] = []
  scheduler.run(() => {
    const inputs$ = new Subject<WindowInput>()
    let closed = 0
    inputs$.pipe(formWindows(optionsWith(scheduler))).subscribe(() => {
      if (closed++ === 0) scheduler.schedule(() => seenAfter.push(closed))
    })
    for (let n = 0; n < 200; n++) inputs$.next(event(0, `k${n}`, n))
    inputs$.next(END)
    scheduler.schedule(() => seenAfter.push(closed), 1001)
  })
  expect(seenAfter).toEqual([64, 200])
})

test('puts a record exactly at the deadline into the next window', () => {
  const backlog = laneOf(({ at }) => {
    at(5000, event(0), event(999), event(1000), event(1999), event(2000), END)
  })
  expect(backlog).toEqual([
    '5000: k 0,999 time 1000',
    '5000: k 1000,1999 time 2000',
    '5000: k 2000 time 3000',
  ])
})

test('fires what is due at or before a record’s time first, in order of due time and first offset', () => {
  const windows = laneOf(({ at }) => {
    at(9000, event(5, 'b', 1), event(5, 'a', 2), event(0, 'c', 3), event(7, 'd', 4), event(1005, 'e', 5))
  })
  // The clock of the lane never goes back, so c has arrived at 5 too.
  expect(windows).toEqual(['9000: b 1 time 1005', '9000: a 2 time 1005', '9000: c 3 time 1005'])
})

test('stays at the time of the records while it is behind, whatever the clock says', () => {
  const windows = laneOf(({ at }) => {
    at(50_000, event(0), event(10))
    at(60_000, event(500))
    at(60_001, event(600), END)
  })
  expect(windows).toEqual(['60000: k 0,10,500 size 500', '60001: k 600 time 1600'])
})

test('takes the clock from an end on, and stops at the next record and at a standstill', () => {
  const windows = laneOf(({ at }) => {
    at(0, event(0), END)
    at(500, STANDSTILL)
    at(1500, event(500))
    at(2000, event(999), END)
  })
  expect(windows).toEqual(['2000: k 0,500,999 size 999'])
  const stalled = laneOf(({ at }) => {
    at(0, event(0), END)
    at(500, STANDSTILL)
    at(5000, END)
  })
  expect(stalled).toEqual(['5000: k 0 time 1000'])
})

test('never lets its time go back when append times do', () => {
  const windows = laneOf(({ at }) => {
    at(3000, event(2000, 'a', 0), event(500, 'b', 1), END)
  })
  expect(windows).toEqual(['3000: a 0 time 3000', '3000: b 1 time 3000'])
  const late = laneOf(({ at }) => {
    at(1500, event(1000, 'a'), END)
    at(1600, event(1400, 'b'), PRESSURE)
  })
  expect(late).toEqual(['1600: a 1000 pressure 1500'])
})

test('gives a record that was on its way when the timer fired a window of its own', () => {
  const windows = laneOf(({ at }) => {
    at(0, event(0), END)
    at(1001, event(999), END)
  })
  expect(windows).toEqual(['1000: k 0 time 1000', '1999: k 999 time 1999'])
})

/** A clock whose timers come a millisecond early, as those of a computer do. */
class EarlyClock extends VirtualTimeScheduler {
  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delayMs = 0,
    state?: T,
  ): Subscription {
    return super.schedule(work, Math.max(0, delayMs - 1), state)
  }
}

function earlyLane() {
  const clock = new EarlyClock()
  const windows: string[] = []
  const inputs$ = new Subject<WindowInput>()
  inputs$
    .pipe(formWindows(optionsWith(clock)))
    .subscribe(window => windows.push(`${clock.now()}: ${nameOf(window)}`))
  return { clock, inputs$, windows }
}

test('closes as of the due time when the timer fires a millisecond early', () => {
  const { clock, inputs$, windows } = earlyLane()
  inputs$.next(event(0))
  inputs$.next(END)
  clock.flush()
  expect(windows).toEqual(['999: k 0 time 1000'])
})

test('closes what is due also when its timer fired early, before the end was proven', () => {
  const { clock, inputs$, windows } = earlyLane()
  inputs$.next(event(0))
  clock.schedule(() => {
    inputs$.next(END)
  }, 1000)
  clock.flush()
  expect(windows).toEqual([expect.stringMatching(/^(999|1000): k 0 time 1000$/)])
})

test('closes the oldest windows under pressure, as of lane time, and leaves the others', () => {
  const windows = laneOf(
    ({ at }) => {
      at(0, ...Array.from('abcd', (key, n) => event(n, key, n)))
      at(10, PRESSURE)
    },
    { eventsMax: 6 },
  )
  expect(windows).toEqual(['10: a 0 pressure 3'])
})

test('never holds more open windows than its maximum', () => {
  const counts: number[] = []
  const telemetry = {
    ...silentTelemetry,
    windowsOpen: (_: number, __: string, count: number) => {
      counts.push(count)
    },
  }
  const windows = laneOf(({ at }) => at(0, ...Array.from('abcdef', (key, n) => event(n, key, n))), {
    windowsMax: 4,
    telemetry,
  })
  expect(windows).toEqual(['0: a 0 pressure 4', '0: b 1 pressure 4', '0: c 2 pressure 4'])
  expect(counts).toEqual([1, 2, 3, 4, 2, 3])
})

test('closes with its event where the rule has no windows, and cancels where the rule is gone', () => {
  const windows = laneOf(({ at }) => {
    at(0, heldWork(realtime, { offset: 0, atMs: 7 }), heldWork(null, { offset: 1, atMs: 5, key: 'k' }), END)
  })
  expect(windows).toEqual(['0: key 0 event 7', '0: k 1 rule_change 7'])
})

test('keeps the version with which a window opened, and what it takes, also when the rule goes away meanwhile', () => {
  const rules: unknown[] = []
  const scheduler = virtualTime()
  of(event(0), heldWork(null, { offset: 1, key: 'k', ruleId: 'batch' }), event(2), event(3))
    .pipe(formWindows(optionsWith(scheduler)))
    .subscribe(({ rule, held }) => rules.push([rule?.rule_id, held.map(({ offset }) => offset)]))
  expect(rules).toEqual([['batch', [0, 1, 2]]])
})

test('reports how a window fills, how it closes and how late, and how many are open', () => {
  const reports: unknown[] = []
  const telemetry = {
    windowFilled: ({ count, sizeMax }: { count: number; sizeMax: number | null }) =>
      reports.push(['filled', count, sizeMax]),
    windowClosed: ({ closedBy, lateMs }: { closedBy: string; lateMs: number | null }) =>
      reports.push(['closed', closedBy, lateMs]),
    windowsOpen: (partition: number, mode: string, count: number) => reports.push([partition, mode, count]),
  }
  laneOf(
    ({ at, inputs$ }) => {
      at(0, event(0), event(1), event(2), event(3), END)
      at(2000, event(2000), { kind: 'pressure' })
      at(3000, event(3000), END)
      at(3500, event(3001), STANDSTILL)
      at(9000, END)
      inputs$.subscribe()
    },
    { telemetry },
  )
  expect(reports).toEqual([
    ['filled', 1, 3],
    [3, 'batch', 1],
    ['filled', 2, 3],
    ['filled', 3, 3],
    ['closed', 'size', null],
    [3, 'batch', 0],
    ['filled', 1, 3],
    [3, 'batch', 1],
    ['closed', 'time', 0],
    [3, 'batch', 0],
    ['filled', 1, 3],
    [3, 'batch', 1],
    ['closed', 'pressure', null],
    [3, 'batch', 0],
    ['filled', 1, 3],
    [3, 'batch', 1],
    ['filled', 2, 3],
    ['closed', 'time', null],
    [3, 'batch', 0],
  ])
})

test('reports no open windows when it is unsubscribed', () => {
  const counts: number[] = []
  const windowsOpen = (_: number, __: string, count: number) => {
    counts.push(count)
  }
  const inputs$ = new Subject<WindowInput>()
  const telemetry = { ...silentTelemetry, windowsOpen }
  const subscription = inputs$.pipe(formWindows(optionsWith(virtualTime(), { telemetry }))).subscribe()
  inputs$.next(event(0))
  subscription.unsubscribe()
  expect(counts).toEqual([1, 0])
})

test('ends with the error of a telemetry that throws, and with that of the source', () => {
  const failing = () => {
    throw new Error('telemetry')
  }
  const telemetry = { ...silentTelemetry, windowFilled: failing }
  const errors: unknown[] = []
  const record = { error: (error: unknown) => errors.push(error) }
  of(event(0))
    .pipe(formWindows(optionsWith(virtualTime(), { telemetry })))
    .subscribe(record)
  throwError(() => new Error('source'))
    .pipe(formWindows(optionsWith(virtualTime())))
    .subscribe(record)
  NEVER.pipe(formWindows(optionsWith(virtualTime())))
    .subscribe(record)
    .unsubscribe()
  expect(errors).toEqual([new Error('telemetry'), new Error('source')])
})

test('forms whole windows of records that become visible only after the clock has run on', () => {
  const windows = laneOf(({ at }) => {
    at(0, event(0, 'other'), END)
    // The timer of the other key has moved lane time to 1000 and later when six records of time 100 to 105 appear.
    at(2000, END)
    at(5000, ...[100, 101, 102, 103, 104, 105].map(atMs => event(atMs)), END)
  })
  expect(windows).toEqual([
    '1000: other 0 time 1000',
    '5000: k 100,101,102 size 102',
    '5000: k 103,104,105 size 105',
  ])
})
