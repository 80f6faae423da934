import { interval, map, NEVER, type Observable, of, timer } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { ModelReply } from '../../../operators/asking/model.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { CallTurns } from '../../../pipeline/playing/call-turns.ts'
import { driveRecording } from '../../../pipeline/playing/drive-recording.ts'
import type { RecordBatches } from '../../../pipeline/playing/record-feed.ts'
import { DUE_MAX, type PlayRecord, type Progress } from '../../../pipeline/playing/record-player.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'

const START_MS = 1_000_000
const REQUEST = { messages: [], answerSchema: {}, outputTokensMax: 1 }
const REPLY: ModelReply = { text: '', finish: 'stop', tokens: { input: 1, output: 1 } }

function record(offset: number, atMs: number): RecordedRecord {
  const nothing = { key: null, value: null, headers: {} }
  return { topic: 'signals', partition: 0, offset, timestampMs: START_MS + atMs, ...nothing }
}

function recordsAt(times: readonly number[]): readonly RecordedRecord[] {
  return times.map((atMs, offset) => record(offset, atMs))
}

interface DriveOptions {
  readonly batches: RecordBatches
  readonly speed?: number | 'max'
  readonly append?: PlayRecord
  readonly wall?: DrivenClock
}

function drive({ batches, speed = 'max', append, wall = new DrivenClock(0) }: DriveOptions) {
  const clock = new DrivenClock(START_MS)
  const turns = new CallTurns(clock)
  const seen: string[] = []
  const say = (what: string) => {
    seen.push(`${clock.now() - START_MS} ${what}`)
  }
  /** Asks a model that answers after so long by a real timer, and that takes so long by the clock. */
  const ask = (what: string, { takesMs = 5, latencyMs = 0 } = {}) => {
    const reply$ = timer(takesMs, takesMs === 0 ? clock : undefined)
    const model = () => (takesMs === 0 ? of(REPLY) : reply$.pipe(map(() => REPLY)))
    turns
      .inTurn(
        model,
        () => latencyMs,
      )(REQUEST)
      .subscribe(() => {
        say(what)
      })
  }
  const progress$ = driveRecording({
    clock,
    turns,
    speed,
    wall,
    batches,
    append: (taken, isLate) => {
      say(`record ${taken.offset}${isLate ? ' late' : ''}`)
      append?.(taken, isLate)
    },
  })
  return { clock, turns, progress$, seen, say, ask, wall }
}

/** Runs everything to its end, as far as nothing but the clocks is waited for. */
async function last(progress$: Observable<Progress>): Promise<Progress | undefined> {
  let newest: Progress | undefined
  await progress$.forEach(progress => {
    newest = progress
  })
  return newest
}

async function* inBatches(...batches: readonly (readonly RecordedRecord[])[]) {
  yield* batches
}

describe('driveRecording', () => {
  test('plays records and timers in the order of their times, a timer before a record of the same time', async () => {
    const { clock, progress$, seen, say } = drive({ batches: [recordsAt([10, 20, 20, 30])] })
    for (const atMs of [20, 45]) {
      timer(atMs, clock).subscribe(() => {
        say('timer')
      })
    }
    expect(await last(progress$)).toEqual({ nowMs: START_MS + 45, ended: true })
    expect(seen).toEqual(['10 record 0', '20 timer', '20 record 1', '20 record 2', '30 record 3', '45 timer'])
  })

  test('appends what was recorded out of order as soon as it can, and says so', async () => {
    const { progress$, seen } = drive({ batches: [recordsAt([10, 30, 20, 30])] })
    await last(progress$)
    expect(seen).toEqual(['10 record 0', '30 record 1', '30 record 2 late', '30 record 3'])
  })

  test('plays a record later than it was written where that is said', async () => {
    const later = { ...record(1, 20), playAtMs: START_MS + 40 }
    const { progress$, seen } = drive({ batches: [[record(0, 10), record(2, 30), later, record(3, 35)]] })
    await last(progress$)
    expect(seen).toEqual(['10 record 0', '30 record 2', '40 record 1', '40 record 3 late'])
  })

  test('plays batches as one recording, whether they are there or come', async () => {
    const records = recordsAt([10, 20, 20, 30])
    const batches = [records.slice(0, 2), [], records.slice(2)]
    const there = drive({ batches })
    const coming = drive({ batches: inBatches(...batches) })
    expect(await last(there.progress$)).toEqual({ nowMs: START_MS + 30, ended: true })
    expect(await last(coming.progress$)).toEqual({ nowMs: START_MS + 30, ended: true })
    expect(coming.seen).toEqual(there.seen)
    expect(there.seen).toHaveLength(4)
  })

  test('has no more than one batch, and closes what they come from when nobody wants more', async () => {
    let pulled = 0
    let closed = false
    async function* batches() {
      try {
        for (; pulled < 100; pulled++) yield [record(pulled, pulled * 10)]
      } finally {
        closed = true
      }
    }
    const { progress$, seen, ask } = drive({
      batches: batches(),
      append: ({ offset }) => {
        if (offset === 2) ask('answer', { takesMs: 1000 })
      },
    })
    const subscription = progress$.subscribe()
    await expect.poll(() => seen.length).toBe(3)
    subscription.unsubscribe()
    await expect.poll(() => closed).toBe(true)
    expect(pulled).toBe(3)
  })

  test('ends at once without a record', async () => {
    expect(await last(drive({ batches: inBatches() }).progress$)).toEqual({ nowMs: START_MS, ended: true })
    expect(await last(drive({ batches: [] }).progress$)).toEqual({ nowMs: START_MS, ended: true })
  })

  test('stands still while an answer is due, and ends only after it', async () => {
    const { clock, progress$, seen, ask } = drive({ batches: [recordsAt([10, 20])] })
    timer(15, clock).subscribe(() => {
      ask('answer')
    })
    expect(await last(progress$)).toMatchObject({ ended: true })
    expect(seen).toEqual(['10 record 0', '15 answer', '20 record 1'])
  })

  test('does not go on between a call and the one that follows it at once', async () => {
    const { clock, progress$, seen, ask, turns } = drive({ batches: [recordsAt([10, 20])] })
    timer(15, clock).subscribe(() => {
      const slow = turns.inTurn(() => timer(5).pipe(map(() => REPLY)))
      slow(REQUEST).subscribe(() => {
        ask('second answer')
      })
    })
    await last(progress$)
    expect(seen).toEqual(['10 record 0', '15 second answer', '20 record 1'])
  })

  test('gives answers out in the order of asking, whichever came first, after the records of the moment', async () => {
    const { progress$, seen, ask } = drive({
      batches: [recordsAt([10, 10, 20])],
      append: ({ offset }) => {
        if (offset < 2) ask(`answer ${offset}`, { takesMs: offset === 0 ? 20 : 1 })
      },
    })
    await last(progress$)
    expect(seen).toEqual(['10 record 0', '10 record 1', '10 answer 0', '10 answer 1', '20 record 2'])
  })

  test('lets time go on during the latency of a call, and waits where the answer takes longer', async () => {
    const { progress$, seen, ask } = drive({
      batches: [recordsAt([10, 20, 30, 50])],
      append: ({ offset }) => {
        if (offset === 0) ask('slow', { takesMs: 20, latencyMs: 25 })
        if (offset === 1) ask('fast', { takesMs: 0, latencyMs: 5 })
      },
    })
    await last(progress$)
    const order = ['10 record 0', '20 record 1', '25 fast', '30 record 2', '35 slow', '50 record 3']
    expect(seen).toEqual(order)
  })

  test('gives answers out before the next record of the moment where many are due', async () => {
    const { progress$, seen, ask } = drive({
      batches: [recordsAt(Array.from({ length: DUE_MAX + 1 }, () => 10))],
      append: ({ offset }) => {
        ask(`answer ${offset}`, { takesMs: 0 })
      },
    })
    await last(progress$)
    expect(seen.indexOf('10 answer 0')).toBe(DUE_MAX)
    expect(seen.slice(-2)).toEqual([`10 record ${DUE_MAX}`, `10 answer ${DUE_MAX}`])
  })

  test('does not wait for a call that was given up', async () => {
    const { clock, progress$, seen, turns } = drive({ batches: [recordsAt([10, 20])] })
    timer(10, clock).subscribe(() => {
      const never = turns
        .inTurn(() => NEVER)(REQUEST)
        .subscribe()
      timer(0).subscribe(() => {
        never.unsubscribe()
      })
    })
    await last(progress$)
    expect(seen).toEqual(['10 record 0', '20 record 1'])
  })

  test('fails when timers do not come to an end', async () => {
    const { clock, progress$ } = drive({ batches: [recordsAt([10])] })
    interval(86_400_000, clock).subscribe()
    await expect(last(progress$)).rejects.toThrow('timers do not come to an end')
  })

  test('lets the rest of the process have a turn after 10 ms, also among records of one time', async () => {
    let wallMs = 0
    const { progress$, seen } = drive({
      wall: Object.assign(new DrivenClock(0), { now: () => wallMs }),
      batches: [recordsAt([0, 0, 0, 0, 0])],
      append: () => {
        wallMs += 6
      },
    })
    const turns: number[] = []
    await progress$.forEach(() => turns.push(seen.length))
    expect(turns).toEqual([2, 4, 5])
  })

  test('keeps its pace, and does not make up for the time of a call', () => {
    const { turns, progress$, seen, wall } = drive({ batches: [recordsAt([0, 900, 1100, 2000])], speed: 10 })
    const shown: number[] = []
    let ended = false
    timer(120, wall).subscribe(() => {
      turns
        .inTurn(() => timer(160, wall).pipe(map(() => REPLY)))(REQUEST)
        .subscribe()
    })
    progress$.subscribe(progress => {
      shown.push(progress.nowMs - START_MS)
      ended = progress.ended
    })
    // 10 times as fast: 500 recorded milliseconds for each frame of 50.
    wall.advanceTo(1000)
    expect(seen).toEqual(['0 record 0', '900 record 1', '1100 record 2', '2000 record 3'])
    expect(shown).toEqual([0, 500, 1000, 1000, 1000, 1000, 1500, 2000])
    expect(ended).toBe(true)
  })

  test('goes on where it was after a standstill of the machine', () => {
    const { progress$, wall } = drive({ batches: [recordsAt([0, 100_000])], speed: 10 })
    const shown: number[] = []
    const wallNow = wall.now
    progress$.subscribe(({ nowMs }) => shown.push(nowMs - START_MS))
    wall.advanceTo(50)
    wall.now = () => wallNow() + 3_600_000
    wall.advanceTo(150)
    expect(shown).toEqual([0, 500, 2500, 3000])
  })

  test('stops with its subscriber', () => {
    const { progress$, seen, wall } = drive({ batches: [recordsAt([0, 900])], speed: 10 })
    const subscription = progress$.subscribe()
    wall.advanceTo(50)
    subscription.unsubscribe()
    wall.advanceTo(1000)
    expect(seen).toEqual(['0 record 0'])
  })

  test('fails where append fails, and where the recording does', async () => {
    const append = () => {
      throw new Error('no place')
    }
    await expect(last(drive({ batches: [recordsAt([1])], append }).progress$)).rejects.toThrow('no place')
    async function* broken() {
      yield recordsAt([1])
      throw new Error('line 2')
    }
    await expect(last(drive({ batches: broken() }).progress$)).rejects.toThrow('line 2')
  })
})
