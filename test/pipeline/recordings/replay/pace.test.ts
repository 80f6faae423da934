import { describe, expect, test } from 'vitest'
import { Pace } from '../../../../pipeline/recordings/replay/pace.ts'

describe('Pace', () => {
  test('keeps the distances of the recording, from when the first record is asked for', () => {
    let nowMs = 500
    const pace = new Pace({ speed: 1, wall: () => nowMs })
    expect(pace.leftMs(1000)).toBe(0)
    expect(pace.dueMs(1000)).toBe(500)
    nowMs = 90_000
    expect(pace.dueMs(1250)).toBe(750)
    nowMs = 500
    expect(pace.leftMs(2000)).toBe(1000)
  })

  test('goes faster and slower', () => {
    const dues = (speed: number) => {
      const pace = new Pace({ speed, wall: () => 0 })
      return [1000, 1400, 2000].map(time => pace.dueMs(time))
    }
    expect(dues(10)).toEqual([0, 40, 100])
    expect(dues(0.5)).toEqual([0, 800, 2000])
  })

  test('lets what went back in time be due with the record before it', () => {
    const pace = new Pace({ speed: 1, wall: () => 0 })
    expect([1000, 1500, 200, 1400, 1600].map(time => pace.dueMs(time))).toEqual([0, 500, 500, 500, 600])
  })

  test('waits for nothing at max', () => {
    const pace = new Pace({ speed: 'max', wall: () => 7 })
    expect([1000, 9e9].map(time => pace.dueMs(time))).toEqual([7, 7])
  })

  test('waits until it is time', async () => {
    const pace = new Pace({ speed: 1, wall: () => performance.now() })
    const dueMs = performance.now() + 5
    await pace.until(dueMs, new AbortController().signal)
    expect(performance.now()).toBeGreaterThanOrEqual(dueMs)
  })

  test('waits no longer when it is told to stop, nor where it was', async () => {
    const pace = new Pace({ speed: 1, wall: () => 0 })
    const stopping = new AbortController()
    const waited = pace.until(1e12, stopping.signal)
    stopping.abort()
    await waited
    await pace.until(1e12, stopping.signal)
  })
})
