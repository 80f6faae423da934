import { BehaviorSubject, type Observable, timer } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { driveRecording, type Progress } from '../../../pipeline/demo/drive-recording.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/read-recording.ts'

const START_MS = 1_000_000

function record(offset: number, atMs: number): RecordedRecord {
  const nothing = { key: null, value: null, headers: {} }
  return { topic: 'signals', partition: 0, offset, timestampMs: START_MS + atMs, ...nothing }
}

function drive(times: readonly number[], speed: number | 'max', wall = new DrivenClock(0)) {
  const clock = new DrivenClock(START_MS)
  const inFlight$ = new BehaviorSubject(0)
  const seen: string[] = []
  const say = (what: string) => {
    seen.push(`${clock.now() - START_MS} ${what}`)
  }
  const progress$: Observable<Progress> = driveRecording({
    clock,
    inFlight$,
    speed,
    wall,
    records: times.map((atMs, offset) => record(offset, atMs)),
    append: ({ offset }) => {
      say(`record ${offset}`)
    },
  })
  return { clock, inFlight$, progress$, seen, say, wall }
}

/** Runs everything to its end, as far as nothing but the clocks is waited for. */
async function last(progress$: Observable<Progress>): Promise<Progress | undefined> {
  let newest: Progress | undefined
  await progress$.forEach(progress => {
    newest = progress
  })
  return newest
}

describe('driveRecording', () => {
  test('plays records and timers in the order of their times, a timer before a record of the same time', async () => {
    const { clock, progress$, seen, say } = drive([10, 20, 20, 30], 'max')
    timer(20, clock).subscribe(() => {
      say('timer')
    })
    timer(45, clock).subscribe(() => {
      say('timer')
    })
    expect(await last(progress$)).toEqual({ nowMs: START_MS + 45, ended: true })
    expect(seen).toEqual(['10 record 0', '20 timer', '20 record 1', '20 record 2', '30 record 3', '45 timer'])
  })

  test('appends what was recorded out of order as soon as it can', async () => {
    const { progress$, seen } = drive([10, 30, 20], 'max')
    await last(progress$)
    expect(seen).toEqual(['10 record 0', '30 record 1', '30 record 2'])
  })

  test('stands still while a call is in flight, and ends only after it', async () => {
    const { clock, inFlight$, progress$, seen } = drive([10, 20], 'max')
    timer(15, clock).subscribe(() => {
      inFlight$.next(1)
      setTimeout(() => {
        seen.push(`answer at ${clock.now() - START_MS}`)
        inFlight$.next(0)
      }, 5)
    })
    expect(await last(progress$)).toMatchObject({ ended: true })
    expect(seen).toEqual(['10 record 0', 'answer at 15', '20 record 1'])
  })

  test('does not go on between a call and the one that follows it at once', async () => {
    const { clock, inFlight$, progress$, seen } = drive([10, 20], 'max')
    timer(15, clock).subscribe(() => {
      inFlight$.next(1)
      setTimeout(() => {
        inFlight$.next(0)
        inFlight$.next(1)
        setTimeout(() => {
          seen.push('second answer')
          inFlight$.next(0)
        }, 5)
      }, 5)
    })
    await last(progress$)
    expect(seen).toEqual(['10 record 0', 'second answer', '20 record 1'])
  })

  test('lets the rest of the process have a turn after 10 ms, also among records of one time', async () => {
    const clock = new DrivenClock(START_MS)
    let wallMs = 0
    const appended: number[] = []
    const progress$ = driveRecording({
      clock,
      inFlight$: new BehaviorSubject(0),
      speed: 'max',
      wall: Object.assign(new DrivenClock(0), { now: () => wallMs }),
      records: [0, 0, 0, 0, 0].map((atMs, offset) => record(offset, atMs)),
      append: ({ offset }) => {
        appended.push(offset)
        wallMs += 6
      },
    })
    const turns: number[] = []
    await progress$.forEach(() => turns.push(appended.length))
    expect(turns).toEqual([2, 4, 5])
  })

  test('keeps its pace, and does not make up for the time of a call', () => {
    const { inFlight$, progress$, seen, wall } = drive([0, 900, 1100, 2000], 10)
    const shown: number[] = []
    let ended = false
    timer(120, wall).subscribe(() => {
      inFlight$.next(1)
    })
    timer(280, wall).subscribe(() => {
      inFlight$.next(0)
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
    const { progress$, wall } = drive([0, 100_000], 10)
    const shown: number[] = []
    const wallNow = wall.now
    progress$.subscribe(({ nowMs }) => shown.push(nowMs - START_MS))
    wall.advanceTo(50)
    wall.now = () => wallNow() + 3_600_000
    wall.advanceTo(150)
    expect(shown).toEqual([0, 500, 2500, 3000])
  })

  test('stops with its subscriber', () => {
    const { progress$, seen, wall } = drive([0, 900], 10)
    const subscription = progress$.subscribe()
    wall.advanceTo(50)
    subscription.unsubscribe()
    wall.advanceTo(1000)
    expect(seen).toEqual(['0 record 0'])
  })

  test('fails where append fails', async () => {
    const clock = new DrivenClock(START_MS)
    const records = [record(0, 1)]
    const failing$ = driveRecording({
      clock,
      records,
      inFlight$: new BehaviorSubject(0),
      speed: 'max',
      append: () => {
        throw new Error('no place')
      },
    })
    await expect(last(failing$)).rejects.toThrow('no place')
  })
})
