import { expect, test } from 'vitest'
import { CALLS_MAX, callPlaces } from '../../../../operators/gateway/limits/call-places.ts'

const tokens = { input: 1, output: 1 }
const never = -Infinity

test('is open until all places are held, and opens by itself when the oldest lease ends', () => {
  const places = callPlaces({ concurrency: 2, leaseMs: 100 })
  expect(places.openAtMs(never)).toBe(-Infinity)
  places.hold(10, tokens)
  expect(places.openAtMs(never)).toBe(-Infinity)
  places.hold(30, tokens)
  expect([places.held, places.openAtMs(never)]).toEqual([2, 110])
  places.moveTo(109)
  expect(places.held).toBe(2)
  places.moveTo(110)
  expect([places.held, places.openAtMs(never)]).toEqual([1, -Infinity])
  places.moveTo(130)
  expect(places.held).toBe(0)
})

test('gives a lease back once', () => {
  const places = callPlaces({ concurrency: null, leaseMs: 100 })
  const lease = places.hold(10, tokens)
  expect(places.free('unknown')).toBeUndefined()
  expect(places.free(lease)).toEqual({ takenAtMs: 10, tokens, processes: 1 })
  expect(places.free(lease)).toBeUndefined()
  const lost = places.hold(20, tokens)
  places.moveTo(120)
  expect(places.free(lost)).toBeUndefined()
  expect(places.held).toBe(0)
})

test('ends the leases in their turn, also where older ones were given back', () => {
  const places = callPlaces({ concurrency: null, leaseMs: 100 })
  const leases = [0, 10, 20, 30].map(atMs => places.hold(atMs, tokens))
  places.free(leases[0] ?? '')
  places.free(leases[2] ?? '')
  places.moveTo(105)
  expect(places.held).toBe(2)
  places.moveTo(110)
  expect(places.held).toBe(1)
  places.moveTo(130)
  expect(places.held).toBe(0)
  places.hold(200, tokens)
  places.moveTo(299)
  expect(places.held).toBe(1)
  places.moveTo(300)
  expect(places.held).toBe(0)
})

test('keeps the last place back until a time, where it is not the only one', () => {
  const places = callPlaces({ concurrency: 3, leaseMs: 100 })
  expect(places.openAtMs(50)).toBe(-Infinity)
  places.hold(0, tokens)
  expect(places.openAtMs(50)).toBe(-Infinity)
  places.hold(0, tokens)
  expect([places.openAtMs(50), places.openAtMs(500), places.openAtMs(never)]).toEqual([50, 100, -Infinity])
  expect(callPlaces({ concurrency: 1, leaseMs: 100 }).openAtMs(50)).toBe(-Infinity)
})

test('takes places away and adds them, whatever is held', () => {
  const places = callPlaces({ concurrency: 3, leaseMs: 100 })
  for (let call = 0; call < 3; call++) places.hold(0, tokens)
  places.change(1)
  expect(places.openAtMs(never)).toBe(100)
  places.change(null)
  expect(places.openAtMs(never)).toBe(-Infinity)
  places.change(0.5)
  expect(places.isNone).toBe(true)
  places.change(4.5)
  expect([places.isNone, places.openAtMs(never)]).toEqual([false, -Infinity])
  places.hold(0, tokens)
  expect(places.openAtMs(never)).toBe(100)
})

test.each([null, 1_000_000])('holds CALLS_MAX leases and no more, at a limit of %s', concurrency => {
  const places = callPlaces({ concurrency, leaseMs: 100 })
  for (let call = 0; call < CALLS_MAX; call++) {
    expect(places.openAtMs(never)).toBe(-Infinity)
    places.hold(5, tokens)
  }
  expect([places.held, places.openAtMs(never)]).toEqual([CALLS_MAX, 105])
})

test.each([
  [8, 4, 2],
  [11, 4, 2],
  [3, 4, 1],
  [null, 4, CALLS_MAX],
])('of %s places gives one of %i processes %i', (concurrency, processes, most) => {
  const places = callPlaces({ concurrency: 1, leaseMs: 100 })
  places.shareAmong(processes)
  places.change(concurrency)
  for (let taken = 0; taken < most; taken++) {
    expect(places.openAtMs(never)).toBe(-Infinity)
    places.hold(5, tokens)
  }
  expect(places.openAtMs(never)).toBe(105)
})

test('has no place for one of several processes where there is none', () => {
  const places = callPlaces({ concurrency: 0, leaseMs: 100 })
  places.shareAmong(4)
  expect(places.isNone).toBe(true)
})
