import { map, type Observable, of, Subject, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import type { LaneSignal, LogRecord } from '../../../operators/lanes/lane.ts'
import { type LaneLoad, laneLoad } from '../../../operators/lanes/lane-load.ts'
import { type PacedItem, paceLane, type PaceLaneOptions } from '../../../operators/lanes/pace-lane.ts'
import { virtualTime } from '../../support/virtual-time.ts'

const END: LaneSignal = { kind: 'end' }

function recordAt(offset: number): LogRecord {
  return { offset, timestampMs: 0, key: null, value: null, headers: {} }
}

function batch(
  offsets: readonly number[],
  { atEnd = false, nextOffset = (offsets.at(-1) ?? -1) + 1 } = {},
): LaneSignal {
  return { kind: 'records', records: offsets.map(recordAt), nextOffset, atEnd }
}

/** What an item is, in short: the offsets of a slice, or the kind. */
function nameOf(item: PacedItem): string {
  return item.kind === 'records' ? item.records.map(({ offset }) => offset).join() : item.kind
}

interface Paced {
  readonly signals$: Subject<LaneSignal>
  readonly load: LaneLoad
  /** Everything that happened, in order: items, and pauses and resumes of the lane. */
  readonly log: string[]
}

/** Each record that is taken is held: one event, ten bytes. `relieve` is what pressure does. */
function paced(
  options: Partial<PaceLaneOptions> & { eventsMax?: number; relieve?: (load: LaneLoad) => void },
): Paced {
  const { eventsMax = 4, relieve = () => undefined } = options
  const load = laneLoad({ eventsMax, bytesMax: 1e6, aheadMax: 1e6 })
  const signals$ = new Subject<LaneSignal>()
  const log: string[] = []
  const lane = { pause: () => log.push('PAUSE'), resume: () => log.push('RESUME') }
  signals$.pipe(paceLane({ lane, load, sliceMax: 1, draining: () => true, ...options })).subscribe({
    next: item => {
      log.push(nameOf(item))
      if (item.kind === 'records') load.hold(item.records.length, item.records.length * 10)
      if (item.kind === 'pressure') relieve(load)
    },
    complete: () => log.push('complete'),
    error: (error: unknown) => log.push(String(error)),
  })
  return { signals$, load, log }
}

const idle: Pick<PaceLaneOptions, 'lane' | 'draining'> = {
  lane: { pause: () => undefined, resume: () => undefined },
  draining: () => true,
}

function pacedFreely(sliceMax = 10) {
  const load = laneLoad({ eventsMax: 1e6, bytesMax: 1e6, aheadMax: 1e6 })
  return (signals$: Observable<LaneSignal>) =>
    signals$.pipe(paceLane({ ...idle, load, sliceMax }), map(nameOf))
}

test('passes batches on as they come, with an end after one that proves it', () => {
  virtualTime().run(({ hot, expectObservable, expectSubscriptions }) => {
    const values = { a: batch([0, 1]), b: batch([2], { atEnd: true }), e: END }
    const signals$ = hot(' -a--e--b----|', values)
    const expected = '     -x--e--(ye)-|'
    expectObservable(signals$.pipe(pacedFreely())).toBe(expected, { x: '0,1', y: '2', e: 'end' })
    expectSubscriptions(signals$.subscriptions).toBe('^-----------!')
  })
})

test('emits nothing of nothing, and lets go of the source when it is unsubscribed', () => {
  virtualTime().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const never$ = hot<LaneSignal>('-a-a-', { a: END })
    expectObservable(cold<LaneSignal>('--|').pipe(pacedFreely())).toBe('--|')
    expectObservable(never$.pipe(pacedFreely()), '--!').toBe('-e', { e: 'end' })
    expectSubscriptions(never$.subscriptions).toBe('^-!')
  })
})

test('passes an error of the source on', () => {
  const { log, signals$ } = paced({})
  signals$.next(batch([0]))
  signals$.error(new Error('source'))
  expect(log).toEqual(['0', 'Error: source'])
})

test('ends with the error of a lane that cannot be paused, and of a callback that throws', () => {
  const errors: unknown[] = []
  const failing = () => {
    throw new Error('pause')
  }
  const load = laneLoad({ eventsMax: 0, bytesMax: 1e6, aheadMax: 1e6 })
  const lane = { pause: failing, resume: failing }
  of(batch([0]))
    .pipe(paceLane({ ...idle, lane, load, sliceMax: 1 }))
    .subscribe({ error: (error: unknown) => errors.push(error) })
  throwError(() => new Error('source'))
    .pipe(pacedFreely())
    .subscribe({ error: (error: unknown) => errors.push(error) })
  expect(errors).toEqual([new Error('pause'), new Error('source')])
})

test('cuts a batch into slices, each with the offset that follows it', () => {
  const load = laneLoad({ eventsMax: 1e6, bytesMax: 1e6, aheadMax: 1e6 })
  const slices: unknown[] = []
  of(batch([0, 1, 5, 6, 9], { nextOffset: 12 }))
    .pipe(paceLane({ ...idle, load, sliceMax: 2 }))
    .subscribe(item => {
      slices.push(item.kind === 'records' && [nameOf(item), item.nextOffset])
    })
  expect(slices).toEqual([
    ['0,1', 5],
    ['5,6', 9],
    ['9', 12],
  ])
})

test('passes an empty batch on, for the offset that follows it', () => {
  const load = laneLoad({ eventsMax: 1e6, bytesMax: 1e6, aheadMax: 1e6 })
  const items: PacedItem[] = []
  of(batch([], { nextOffset: 4 }))
    .pipe(paceLane({ ...idle, load, sliceMax: 2 }))
    .subscribe(item => items.push(item))
  expect(items).toEqual([{ kind: 'records', records: [], nextOffset: 4 }])
})

test('at the maximum asks for relief once, and pauses once where that does not help', () => {
  const { log, signals$, load } = paced({})
  signals$.next(batch([0, 1, 2, 3, 4, 5]))
  expect(log).toEqual(['0', '1', '2', '3', 'pressure', 'PAUSE', 'standstill'])
  signals$.next(batch([6]))
  load.release(1, 10)
  expect(log).toHaveLength(7)
  expect(load.events).toBe(3)
})

test('goes on without a pause where relief helps', () => {
  const { log, signals$ } = paced({
    relieve: load => {
      load.release(2, 20)
    },
  })
  signals$.next(batch([0, 1, 2, 3, 4]))
  expect(log).toEqual(['0', '1', '2', '3', 'pressure', '4'])
})

test('resumes at half of the maximum, and takes the rest of the batch in order', () => {
  const { log, signals$, load } = paced({})
  signals$.next(batch([0, 1, 2, 3, 4, 5]))
  signals$.next(batch([6]))
  log.length = 0
  load.release(1, 10)
  expect(log).toEqual([])
  load.release(1, 10)
  expect(log).toEqual(['RESUME', '4', '5', 'pressure', 'PAUSE', 'standstill'])
  log.length = 0
  load.release(4, 40)
  expect(log).toEqual(['RESUME', '6'])
})

test('asks for relief again while it is paused and nothing is on its way out', () => {
  let draining = true
  const { log, signals$, load } = paced({ draining: () => draining })
  signals$.next(batch([0, 1, 2, 3, 4]))
  log.length = 0
  load.release(1, 10)
  expect(log).toEqual([])
  draining = false
  load.release(0, 0)
  expect(log).toEqual(['pressure'])
})

test('resumes when the relief that is asked for while paused helps', () => {
  let relief = 0
  const { log, signals$, load } = paced({
    draining: () => false,
    relieve: ({ release }) => {
      if (relief > 0) release(relief, relief * 10)
    },
  })
  signals$.next(batch([0, 1, 2, 3, 4]))
  relief = 3
  log.length = 0
  load.release(1, 10)
  expect(log.slice(0, 3)).toEqual(['pressure', 'RESUME', '4'])
})

test('says end only when nothing else waits behind the batch', () => {
  const { log, signals$, load } = paced({})
  signals$.next(batch([0, 1, 2, 3, 4]))
  signals$.next(batch([5], { atEnd: true }))
  log.length = 0
  load.release(4, 40)
  expect(log).toEqual(['RESUME', '4', '5'])
  signals$.next(batch([6], { atEnd: true }))
  expect(log.slice(3)).toEqual(['6', 'end'])
})

test('says no end after a batch when another came while it was taken', () => {
  const { log, signals$ } = paced({
    eventsMax: 2,
    relieve: load => {
      load.release(2, 20)
      signals$.next(batch([3], { atEnd: false }))
    },
  })
  signals$.next(batch([0, 1, 2], { atEnd: true }))
  expect(log).toEqual(['0', '1', 'pressure', '2', '3'])
})

test('says nothing of an end that was proven before a pause: more may have come since', () => {
  const { log, signals$, load } = paced({})
  signals$.next(batch([0, 1, 2, 3, 4], { atEnd: true }))
  signals$.next(END)
  log.length = 0
  load.release(4, 40)
  expect(log).toEqual(['RESUME', '4'])
  signals$.next(END)
  expect(log).toEqual(['RESUME', '4', 'end'])
})

test('passes on the end that the lane proves as it is resumed', () => {
  const signals$ = new Subject<LaneSignal>()
  const load = laneLoad({ eventsMax: 2, bytesMax: 1e6, aheadMax: 1e6 })
  const lane = {
    pause: () => undefined,
    resume: () => {
      signals$.next(batch([3], { atEnd: true }))
    },
  }
  const log: string[] = []
  signals$.pipe(paceLane({ ...idle, lane, load, sliceMax: 1 })).subscribe(item => {
    log.push(nameOf(item))
    if (item.kind === 'records') load.hold(1, 1)
  })
  signals$.next(batch([0, 1, 2], { atEnd: true }))
  log.length = 0
  load.release(2, 2)
  expect(log).toEqual(['2', '3', 'end'])
})

test('completes with the source, and drops what it could not take', () => {
  const { log, signals$, load } = paced({})
  signals$.next(batch([0, 1, 2, 3, 4]))
  signals$.complete()
  load.release(4, 40)
  expect(log.slice(-2)).toEqual(['standstill', 'complete'])
})

test('goes on within one batch when the load falls while a slice is taken', () => {
  const load = laneLoad({ eventsMax: 2, bytesMax: 1e6, aheadMax: 1e6 })
  const log: string[] = []
  of(batch([0, 1, 2, 3, 4, 5]))
    .pipe(paceLane({ ...idle, load, sliceMax: 1 }))
    .subscribe(item => {
      log.push(nameOf(item))
      load.hold(1, 1)
      load.release(1, 1)
    })
  expect(log).toEqual(['0', '1', '2', '3', '4', '5'])
})

test.each([
  ['bytes', { eventsMax: 100, bytesMax: 25, aheadMax: 100 }, ['0', '1', '2', 'pressure', 'standstill']],
  [
    'offsets decided ahead',
    { eventsMax: 100, bytesMax: 1e6, aheadMax: 2 },
    ['0', '1', 'pressure', 'standstill'],
  ],
])('stops at the maximum of %s too', (_, maxima, expected) => {
  let taken = 0
  const load = laneLoad(maxima, () => taken)
  const log: string[] = []
  of(batch([0, 1, 2, 3, 4]))
    .pipe(paceLane({ ...idle, load, sliceMax: 1 }))
    .subscribe(item => {
      log.push(nameOf(item))
      if (item.kind !== 'records') return
      load.hold(1, 10)
      taken++
    })
  expect(log).toEqual(expected)
})

test('pauses without pressure while transactions are behind, and goes on at half', () => {
  const load = laneLoad({ eventsMax: 1e6, bytesMax: 1e6, aheadMax: 1e6, unwrittenMax: 2 })
  const signals$ = new Subject<LaneSignal>()
  const log: string[] = []
  const lane = { pause: () => log.push('PAUSE'), resume: () => log.push('RESUME') }
  signals$.pipe(paceLane({ lane, load, sliceMax: 1, draining: () => true })).subscribe(item => {
    log.push(nameOf(item))
    if (item.kind === 'records') load.queue(1)
  })
  signals$.next(batch([0, 1, 2, 3]))
  expect(log.splice(0)).toEqual(['0', '1', 'PAUSE', 'standstill'])
  load.release(0, 0, 1)
  expect(log.splice(0)).toEqual(['RESUME', '2', 'PAUSE', 'standstill'])
  load.release(0, 0, 2)
  expect(log.splice(0)).toEqual(['RESUME', '3'])
})

test('goes on without pressure when transactions have caught up, though more than half of the maximum is held', () => {
  const load = laneLoad({ eventsMax: 10, bytesMax: 1e6, aheadMax: 1e6, unwrittenMax: 2 })
  load.hold(6, 0)
  const signals$ = new Subject<LaneSignal>()
  const log: string[] = []
  const lane = { pause: () => log.push('PAUSE'), resume: () => log.push('RESUME') }
  signals$.pipe(paceLane({ lane, load, sliceMax: 1, draining: () => false })).subscribe(item => {
    log.push(nameOf(item))
  })
  load.queue(2)
  signals$.next(batch([0, 1]))
  expect(log.splice(0)).toEqual(['PAUSE', 'standstill'])
  load.release(0, 0, 1)
  expect(log).toEqual(['RESUME', '0', '1'])
})

test('pauses before a record that is early, and takes it when it is not', () => {
  let taken = 2
  const moved$ = new Subject<void>()
  const awaits = { isEarly: ({ offset }: LogRecord) => offset >= taken, moved$ }
  const { signals$, load, log } = paced({ awaits, eventsMax: 100 })
  signals$.next(batch([0, 1, 2, 3], { atEnd: true }))
  expect(log.splice(0)).toEqual(['0', '1', 'PAUSE', 'standstill'])
  load.release(1, 10)
  moved$.next()
  expect(log).toEqual([])
  taken = 3
  moved$.next()
  expect(log.splice(0)).toEqual(['RESUME', '2', 'PAUSE', 'standstill'])
  // What comes before the pause takes effect waits behind it.
  signals$.next(batch([4]))
  taken = 5
  moved$.next()
  expect(log).toEqual(['RESUME', '3', '4'])
})

test('does not go on by a move alone when there is no room either', () => {
  const moved$ = new Subject<void>()
  let isEarly = false
  const { signals$, load, log } = paced({ awaits: { isEarly: () => isEarly, moved$ }, eventsMax: 2 })
  signals$.next(batch([0, 1, 2]))
  expect(log.splice(0)).toEqual(['0', '1', 'pressure', 'PAUSE', 'standstill'])
  isEarly = true
  load.release(2, 20)
  expect(log).toEqual([])
  isEarly = false
  moved$.next()
  expect(log).toEqual(['RESUME', '2'])
})
