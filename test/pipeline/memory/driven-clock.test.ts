import { asapScheduler, interval, merge, observeOn, of, take, tap, timer } from 'rxjs'
import { expect, test } from 'vitest'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'

const START_MS = Date.parse('2026-11-20T10:00:00.000Z')

test('stands still until it is moved, at the time it was given', () => {
  const clock = new DrivenClock(START_MS)
  expect([clock.now(), clock.nextTimerMs]).toEqual([START_MS, null])
  clock.advanceTo(START_MS + 500)
  expect(clock.now()).toBe(START_MS + 500)
})

test('fires timers in order of their time, each at its own, up to the time it is moved to', () => {
  const clock = new DrivenClock(START_MS)
  const fired: [string, number][] = []
  const note = (name: string) => tap(() => fired.push([name, clock.now() - START_MS]))
  merge(
    timer(300, clock).pipe(note('c')),
    timer(100, clock).pipe(note('a')),
    timer(100, clock).pipe(note('b')),
  ).subscribe()
  expect(clock.nextTimerMs).toBe(START_MS + 100)
  clock.advanceTo(START_MS + 299)
  expect(fired).toEqual([
    ['a', 100],
    ['b', 100],
  ])
  expect([clock.now(), clock.nextTimerMs]).toEqual([START_MS + 299, START_MS + 300])
  clock.advanceTo(START_MS + 300)
  expect(fired.at(-1)).toEqual(['c', 300])
  expect(clock.nextTimerMs).toBeNull()
})

test('fires timers that a timer starts, when they fall due on the way', () => {
  const clock = new DrivenClock(0)
  const fired: number[] = []
  interval(100, clock)
    .pipe(take(3))
    .subscribe(() => fired.push(clock.now()))
  timer(50, clock).subscribe(() => timer(10, clock).subscribe(() => fired.push(clock.now())))
  clock.advanceTo(1000)
  expect(fired).toEqual([60, 100, 200, 300])
})

test('never goes back, and fires nothing early when it is asked to', () => {
  const clock = new DrivenClock(1000)
  let fired = 0
  clock.advanceTo(1500)
  timer(100, clock).subscribe(() => fired++)
  clock.advanceTo(1200)
  expect([clock.now(), fired]).toEqual([1500, 0])
  clock.advanceTo(1600)
  expect(fired).toBe(1)
})

test('fires what is due now when it is moved to where it is', () => {
  const clock = new DrivenClock(0)
  let fired = 0
  timer(0, clock).subscribe(() => fired++)
  expect(clock.nextTimerMs).toBe(0)
  clock.advanceTo(0)
  expect(fired).toBe(1)
})

test('forgets a timer that is unsubscribed', () => {
  const clock = new DrivenClock(0)
  const first = timer(100, clock).subscribe()
  timer(200, clock).subscribe()
  first.unsubscribe()
  expect(clock.nextTimerMs).toBe(200)
})

test('moves no other scheduler', async () => {
  const clock = new DrivenClock(0)
  let arrived = false
  of(1)
    .pipe(observeOn(asapScheduler))
    .subscribe(() => {
      arrived = true
    })
  clock.advanceTo(1_000_000)
  expect(arrived).toBe(false)
  await expect.poll(() => arrived).toBe(true)
})
