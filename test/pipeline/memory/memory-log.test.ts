import { concatMap, ignoreElements, map, NEVER, type Observable, of, Subject, tap, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import type { Lane, LaneSignal, LaneSubscription } from '../../../operators/lanes/lane.ts'
import { murmur2 } from '../../../operators/lanes/murmur2.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { memoryLog } from '../../../pipeline/memory/memory-log.ts'
import { PipelineError } from '../../../schemas/failure.ts'

const START_MS = Date.parse('2026-11-20T10:00:00.000Z')

function bench() {
  const clock = new DrivenClock(START_MS)
  const log = memoryLog({ partitions: { work: 2, journal: 2, four: 4 }, clock })
  const stopping$ = new Subject<void>()
  const run = (chain: (lane: Lane) => Observable<unknown>, changes: Partial<LaneSubscription> = {}) => {
    const state: { ended: unknown; open: number[] } = { ended: null, open: [] }
    const topics = [{ topic: 'work', from: 'earliest' } as const]
    const subscription = log
      .runLanes(
        { stage: 'decide', groupId: 'g', topics, journalTopic: 'journal', stopping$, ...changes },
        chain,
      )
      .subscribe({
        next: ({ open }) => state.open.push(open),
        error: (error: unknown) => {
          state.ended = error
        },
        complete: () => {
          state.ended = 'complete'
        },
      })
    return { state, subscription }
  }
  const write = (value: string, partition = 0) => {
    log.append('work', { key: null, value, partition })
  }
  return { clock, log, stopping$, run, write }
}

/** Notes the values that each lane delivers. */
function watch() {
  const seen: string[] = []
  const lanes: Lane[] = []
  const chain = (lane: Lane) => {
    lanes.push(lane)
    return lane.signals$.pipe(
      tap(signal => seen.push(...valuesOf(signal).map(value => `${lane.partition}:${value}`))),
    )
  }
  return { seen, lanes, chain }
}

function valuesOf(signal: LaneSignal): string[] {
  return signal.kind === 'end' ? ['end'] : signal.records.map(({ value }) => String(value))
}

function output(value: string, partition = 0) {
  return { topic: 'journal', partition, key: null, value }
}

test('appends at the time of its clock, or at that of the record, to the partition that is named or hashed', () => {
  const { clock, log } = bench()
  clock.advanceTo(START_MS + 7)
  log.append('four', { key: 'k', value: 'a' })
  log.append('four', { key: 'k', value: 'b', partition: 3, timestampMs: 5 })
  log.append('four', { key: null, value: 'c' })
  expect(log.records('four').find(({ value }) => String(value) === 'a')?.timestampMs).toBe(START_MS + 7)
  expect(log.records('four').find(({ value }) => String(value) === 'b')?.timestampMs).toBe(5)
  const seen: string[] = []
  log
    .runLanes(
      { stage: 'route', groupId: 'g', topics: [{ topic: 'four', from: 'earliest' }], stopping$: NEVER },
      lane =>
        lane.signals$.pipe(
          tap(signal => seen.push(...valuesOf(signal).map(value => `${lane.partition}:${value}`))),
        ),
    )
    .subscribe()
  expect(seen).toContain(`${(murmur2('k') & 0x7fffffff) % 4}:a`)
  expect(seen).toContain('3:b')
})

test('has one partition for a topic that is not named, and none beyond', () => {
  const { log } = bench()
  log.append('other', { key: 'any', value: 'a' })
  expect(log.records('other')).toHaveLength(1)
  const append = () => {
    log.append('other', { key: null, value: 'a', partition: 1 })
  }
  expect(append).toThrow(expect.objectContaining({ code: 'topic_missing' }))
})

test('delivers what is there and what comes, in the call that appends it', () => {
  const { run, write } = bench()
  const { seen, chain } = watch()
  write('a')
  run(chain)
  expect(seen).toEqual(['0:a', '1:end'])
  write('b', 1)
  write('c')
  expect(seen).toEqual(['0:a', '1:end', '1:b', '0:c'])
})

test('delivers an append that is caused by a delivery after that delivery', () => {
  const { run, write } = bench()
  const order: string[] = []
  run(lane =>
    lane.signals$.pipe(
      tap(signal => {
        const [value] = valuesOf(signal)
        if (lane.partition !== 0 || value === 'end') return
        order.push(`begin ${value}`)
        if (value === 'a') write('b')
        order.push(`end ${value}`)
      }),
    ),
  )
  write('a')
  expect(order).toEqual(['begin a', 'end a', 'begin b', 'end b'])
})

test('proves the end after opening and after resuming, also within a delivery', () => {
  const { run, write } = bench()
  const signals: string[] = []
  const chain = (lane: Lane) =>
    lane.partition === 1
      ? NEVER
      : lane.signals$.pipe(
          tap(signal => {
            signals.push(signal.kind)
            if (signal.kind === 'end') return
            lane.pause()
            lane.resume()
          }),
        )
  run(chain)
  expect(signals).toEqual(['end'])
  write('a')
  expect(signals).toEqual(['end', 'records', 'end'])
})

test('holds back while paused, and delivers everything in order after resuming', () => {
  const { run, write } = bench()
  const { seen, lanes, chain } = watch()
  run(chain)
  lanes[0]?.pause()
  write('a')
  write('b')
  expect(seen).toEqual(['0:end', '1:end'])
  lanes[0]?.resume()
  expect(seen.slice(2)).toEqual(['0:a', '0:b'])
})

test('commits offset, metadata and records together, and opens there again', () => {
  const { log, run, write } = bench()
  for (const value of ['a', 'b', 'c']) write(value)
  const receipts: unknown[] = []
  const first = run(lane => {
    const transaction = {
      offset: 2,
      metadata: 'm',
      records: [output('x', lane.partition), output('y', lane.partition)],
    }
    return lane.partition === 1
      ? NEVER
      : lane.commit(transaction).pipe(tap(receipt => receipts.push(receipt)))
  })
  first.subscription.unsubscribe()
  expect(receipts).toEqual([{ journalEnd: 2 }])
  expect(log.committed('g', 'work', 0)).toMatchObject({ offset: 2, metadata: 'm' })
  expect(log.records('journal').map(({ value }) => String(value))).toEqual(['x', 'y'])
  const second = watch()
  run(second.chain)
  expect(second.seen).toEqual(['0:c', '1:end'])
  expect(second.lanes[0]).toMatchObject({ offset: 2, metadata: 'm' })
  const foreign = watch()
  run(foreign.chain, { groupId: 'other' })
  expect(foreign.seen[0]).toBe('0:a')
})

test('commits nothing where one of the records has no partition', () => {
  const { log, run, write } = bench()
  write('a')
  const { state } = run(lane =>
    lane.partition === 1
      ? NEVER
      : lane.commit({ offset: 1, metadata: 'm', records: [output('x'), output('y', 9)] }),
  )
  expect(state.ended).toMatchObject({ code: 'topic_missing' })
  expect(log.committed('g', 'work', 0)).toMatchObject({ offset: 0, metadata: '' })
  expect(log.records('journal')).toEqual([])
})

test('fences the older owner of a partition: nothing of it is committed', () => {
  const { clock, log, run } = bench()
  const old: Lane[] = []
  run(lane => {
    old.push(lane)
    return NEVER
  })
  const next = watch()
  run(next.chain)
  const failures: unknown[] = []
  old[0]?.commit({ offset: 5, metadata: 'old', records: [output('x')] }).subscribe({
    error: (error: unknown) => failures.push(error),
  })
  expect(failures).toEqual([expect.objectContaining({ code: 'commit_failed' })])
  expect(log.committed('g', 'work', 0).metadata).toBe('')
  expect(log.records('journal')).toEqual([])
  clock.advanceTo(START_MS + 1000)
})

test('opens a lane again a while after a failure that opening cures, and the others run on', () => {
  const { clock, run, write } = bench()
  const { seen, chain } = watch()
  const failures = [
    new PipelineError('commit_failed', 'once'),
    new PipelineError('lane_unavailable', 'twice'),
  ]
  const { state } = run(lane => {
    const failure = lane.partition === 0 ? failures.shift() : undefined
    return failure === undefined ? chain(lane) : throwError(() => failure)
  })
  write('a', 1)
  expect([seen, state.open.at(-1)]).toEqual([['1:end', '1:a'], 1])
  clock.advanceTo(START_MS + 99)
  expect(seen).toHaveLength(2)
  clock.advanceTo(START_MS + 100)
  expect([seen.at(-1), state.open.at(-1), state.ended]).toEqual(['0:end', 2, null])
})

test.each([new TypeError('a bug'), new PipelineError('journal_gap', 'a gap')])(
  'ends the stage with %s',
  failure => {
    const { state } = bench().run(() => throwError(() => failure))
    expect(state.ended).toBe(failure)
  },
)

test('completes the signals when stopping, and the stage when its chains have completed', () => {
  const { run, stopping$, write } = bench()
  const farewell$ = new Subject<void>()
  const { seen, chain } = watch()
  const { state } = run(lane => chain(lane).pipe(ignoreElements(), source$ => merged(source$, farewell$)))
  stopping$.next()
  write('late')
  expect([seen, state.ended]).toEqual([['0:end', '1:end'], null])
  farewell$.complete()
  expect(state.ended).toBe('complete')
})

function merged(first$: Observable<never>, second$: Observable<unknown>): Observable<unknown> {
  return of(first$, second$).pipe(concatMap(source$ => source$))
}

test('resolves latest at the first opening, once', () => {
  const { log, run, write } = bench()
  write('old')
  const topics = [{ topic: 'work', from: 'latest' } as const]
  const first = watch()
  run(first.chain, { topics }).subscription.unsubscribe()
  write('new')
  const second = watch()
  run(second.chain, { topics })
  expect([first.seen, second.seen]).toEqual([
    ['0:end', '1:end'],
    ['0:new', '1:end'],
  ])
  expect(log.committed('g', 'work', 0).offset).toBe(1)
})

const journalStarts = {
  'the cursor, where the time is later': { start: { fromOffset: 1, nowMs: 9000, memoryMs: 0 }, from: 'b' },
  'the time, where the cursor is later': { start: { fromOffset: 3, nowMs: 9000, memoryMs: 8000 }, from: 'b' },
  'the end, where both say so': { start: { fromOffset: 9, nowMs: 9000, memoryMs: 0 }, from: '' },
  'the time before the first unread record': {
    start: { fromOffset: 3, nowMs: 9000, memoryMs: 500 },
    unreadAtMs: 1500,
    from: 'b',
  },
  'the last records, where the time asks for more': {
    start: { fromOffset: 3, nowMs: 9000, memoryMs: 9000, recordsMax: 1 },
    from: 'c',
  },
  'the cursor, where it asks for more than the last records': {
    start: { fromOffset: 0, nowMs: 9000, memoryMs: 9000, recordsMax: 1 },
    from: 'a',
  },
}

test.each(Object.entries(journalStarts))('reads the journal from %s', (_, example) => {
  const { clock, log, run } = bench()
  for (const value of ['a', 'b', 'c']) {
    log.append('journal', { key: null, value, partition: 0 })
    clock.advanceTo(clock.now() + 1000)
  }
  if ('unreadAtMs' in example) {
    const timestampMs = START_MS + example.unreadAtMs
    log.append('work', { key: null, value: 'unread', partition: 0, timestampMs })
  }
  const { nowMs, ...start } = example.start
  const read: string[] = []
  const from = { recordsMax: 100, ...start, nowMs: START_MS + nowMs }
  const take = (lane: Lane) =>
    lane.readJournal(from).pipe(
      map(({ records, nextOffset }) => {
        read.push(...records.map(({ value }) => String(value)), `${nextOffset}`)
      }),
    )
  run(lane => (lane.partition === 1 ? NEVER : take(lane)))
  expect(read).toEqual([...['a', 'b', 'c'].filter(value => value >= (example.from || 'd')), '3'])
})

test('stops delivering when it is unsubscribed', () => {
  const { run, write } = bench()
  const { seen, chain } = watch()
  run(chain).subscription.unsubscribe()
  write('a')
  expect(seen).toEqual(['0:end', '1:end'])
})

test('opens one lane for those who drive it themselves, and fences its previous owner', () => {
  const { log, stopping$, write } = bench()
  write('a')
  const subscription = {
    stage: 'decide',
    groupId: 'g',
    topics: [],
    journalTopic: 'journal',
    stopping$,
  } as const
  const open = () => log.openLane(subscription, { topic: 'work', partition: 0, from: 'earliest' })
  const outcomes: string[] = []
  const commit = (lane: Lane, value: string) => {
    lane.commit({ offset: 1, metadata: '', records: [output(value)] }).subscribe({
      error: (error: unknown) => {
        outcomes.push(error instanceof PipelineError ? error.code : String(error))
      },
      complete: () => {
        outcomes.push(value)
      },
    })
  }
  const first = open()
  commit(first, 'one')
  const second = open()
  expect([first.offset, second.offset]).toEqual([0, 1])
  commit(first, 'late')
  commit(second, 'two')
  expect(outcomes).toEqual(['one', 'commit_failed', 'two'])
  expect(log.records('journal', 0).map(({ value }) => String(value))).toEqual(['one', 'two'])
  expect(log.records('journal', 1)).toEqual([])
})
