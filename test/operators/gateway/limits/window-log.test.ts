import { expect, test } from 'vitest'
import { windowLog } from '../../../../operators/gateway/limits/window-log.ts'

const START_MS = 1_700_000_000_000

test('is empty at first', () => {
  const log = windowLog(61_000)
  expect([log.used, log.fallsToAtMs(0)]).toEqual([0, -Infinity])
  log.moveTo(START_MS)
  expect([log.used, log.fallsToAtMs(0)]).toEqual([0, -Infinity])
})

test('holds a cost for the span and no more than two cells longer', () => {
  const spanMs = 61_000
  const cellMs = 102
  for (const withinCellMs of [0, 1, 101]) {
    const log = windowLog(spanMs)
    const sentMs = Math.floor(START_MS / cellMs) * cellMs + withinCellMs
    log.moveTo(sentMs)
    log.add(sentMs, 5)
    const gone = log.fallsToAtMs(4)
    expect(gone - sentMs).toBeGreaterThan(spanMs)
    expect(gone - sentMs).toBeLessThanOrEqual(log.heldMs)
    log.moveTo(gone - 1)
    expect(log.used).toBe(5)
    log.moveTo(gone)
    expect(log.used).toBe(0)
  }
  expect(windowLog(spanMs).heldMs).toBeLessThanOrEqual(spanMs + 2 * cellMs)
})

test('says when so much will have left that no more than a level is used', () => {
  const log = windowLog(600)
  for (const [atMs, cost] of [
    [100, 1],
    [200, 2],
    [300, 4],
  ] as const) {
    log.moveTo(atMs)
    log.add(atMs, cost)
  }
  // Cells of 1 ms, of which 601 are held.
  expect([7, 6, 5, 4, 3, 0].map(log.fallsToAtMs)).toEqual([-Infinity, 701, 801, 801, 901, 901])
  expect(log.fallsToAtMs(-1)).toBe(Infinity)
})

test('adds to what was sent before and takes from it, as long as it is held', () => {
  const log = windowLog(600)
  log.moveTo(1000)
  log.add(1000, 10)
  log.moveTo(1300)
  log.add(1300, 10)
  log.moveTo(1600)
  log.add(1000, -7)
  expect([log.used, log.fallsToAtMs(10)]).toEqual([13, 1601])
  log.moveTo(1601)
  log.add(1000, 5)
  log.add(1000, -3)
  expect(log.used).toBe(10)
})

test('forgets everything over a silence, however long', () => {
  const log = windowLog(600)
  for (let atMs = 0; atMs < 600; atMs++) {
    log.moveTo(atMs)
    log.add(atMs, 1)
  }
  expect(log.used).toBe(600)
  log.moveTo(START_MS)
  expect(log.used).toBe(0)
})

test('never goes back in time', () => {
  const log = windowLog(600)
  log.moveTo(10_000)
  log.add(10_000, 3)
  log.moveTo(1)
  log.add(1, 3)
  expect(log.used).toBe(3)
})

test.each([10, 600, 61_000, 86_401_000])('takes 601 cells at most for a span of %i ms', spanMs => {
  const log = windowLog(spanMs)
  const cellMs = Math.max(1, Math.ceil(spanMs / 600))
  expect(log.heldMs / cellMs).toBeLessThanOrEqual(601)
})
