import { expect, test } from 'vitest'
import { dueAt } from '../../../operators/windows/due-at.ts'
import { ruleOf } from './held-work.ts'

const batch = ruleOf('batch', { trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 30 })
const interval = ruleOf('interval', { trigger_mode: 'interval', interval_seconds: 10 })
const keys = Array.from({ length: 1000 }, (_, n) => `key-${n}`)

/** Where the ticks of a key lie within the period. */
function phaseOf(key: string): number {
  return (dueAt(interval, key, { arrivedAtMs: 0, laneMs: 0 }) ?? -1) % 10_000
}

test.each([
  ['a realtime rule', ruleOf('r', { trigger_mode: 'realtime' })],
  ['a traditional rule', ruleOf('t', null)],
])('closes a window of %s with its event', (_, rule) => {
  expect(dueAt(rule, 'k', { arrivedAtMs: 5, laneMs: 5 })).toBeNull()
})

test('lets a batch wait from the arrival of its first event, however late the lane is', () => {
  expect(dueAt(batch, 'k', { arrivedAtMs: 1000, laneMs: 1000 })).toBe(31_000)
  expect(dueAt(batch, 'k', { arrivedAtMs: 1000, laneMs: 1700 })).toBe(31_000)
})

test('puts an event exactly at a tick into the next window, and one a millisecond before into this', () => {
  for (const key of keys.slice(0, 50)) {
    const tick = 1_000_000 + phaseOf(key)
    expect(dueAt(interval, key, { arrivedAtMs: tick - 1, laneMs: tick - 1 })).toBe(tick)
    expect(dueAt(interval, key, { arrivedAtMs: tick, laneMs: tick })).toBe(tick + 10_000)
    expect(dueAt(interval, key, { arrivedAtMs: tick + 9999, laneMs: tick + 9999 })).toBe(tick + 10_000)
  }
})

test('puts an event that was on its way when the tick fired into the next window', () => {
  const tick = 1_000_000 + phaseOf('k')
  expect(dueAt(interval, 'k', { arrivedAtMs: tick - 5, laneMs: tick })).toBe(tick + 10_000)
})

test('spreads the ticks of keys over the period', () => {
  const tenths = new Map<number, number>()
  for (const key of keys) {
    const tenth = Math.floor(phaseOf(key) / 1000)
    tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1)
  }
  expect(tenths.size).toBe(10)
  for (const count of tenths.values()) expect(count).toBeGreaterThan(50)
})

test('keeps the phase of a key over time, and gives another rule another', () => {
  const late = dueAt(interval, 'k', { arrivedAtMs: 1_763_632_800_123, laneMs: 0 }) ?? 0
  expect(late % 10_000).toBe(phaseOf('k'))
  expect(late - 1_763_632_800_123).toBeGreaterThan(0)
  expect(late - 1_763_632_800_123).toBeLessThanOrEqual(10_000)
  const other = ruleOf('other', { trigger_mode: 'interval', interval_seconds: 10 })
  const phases = keys.slice(0, 20).map(key => dueAt(other, key, { arrivedAtMs: 0, laneMs: 0 }))
  expect(phases).not.toEqual(keys.slice(0, 20).map(phaseOf))
})

test('takes the tick of a run before, where it is one of the key and comes after the event', () => {
  const tick = 1_000_000 + phaseOf('k')
  const now = { arrivedAtMs: tick - 5, laneMs: tick - 5 }
  expect(dueAt(interval, 'k', { ...now, knownDueMs: tick + 10_000 })).toBe(tick + 10_000)
  expect(dueAt(interval, 'k', { ...now, laneMs: tick, knownDueMs: tick })).toBe(tick)
  for (const knownDueMs of [tick + 1, tick - 10_000, null]) {
    expect(dueAt(interval, 'k', { ...now, knownDueMs })).toBe(tick)
  }
})
