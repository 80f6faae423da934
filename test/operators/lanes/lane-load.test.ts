import { expect, test } from 'vitest'
import { laneLoad } from '../../../operators/lanes/lane-load.ts'

const wide = { eventsMax: 1000, bytesMax: 1000, aheadMax: 1000 }

test('is full at each maximum, and relaxed at half of all of them', () => {
  let ahead = 0
  const load = laneLoad({ eventsMax: 4, bytesMax: 100, aheadMax: 6 }, () => ahead)
  expect([load.full(), load.relaxed()]).toEqual([false, true])
  load.hold(3, 50)
  expect([load.full(), load.relaxed()]).toEqual([false, false])
  load.hold(1, 0)
  expect(load.full()).toBe(true)
  load.release(2, 0)
  expect([load.full(), load.relaxed()]).toEqual([false, true])
  load.hold(0, 50)
  expect([load.full(), load.relaxed()]).toEqual([true, false])
  load.release(2, 100)
  ahead = 4
  expect([load.full(), load.relaxed()]).toEqual([false, false])
  ahead = 6
  expect(load.full()).toBe(true)
  ahead = 3
  expect([load.full(), load.relaxed()]).toEqual([false, true])
})

test('counts what is held and tells of each release after it was counted', () => {
  const load = laneLoad(wide)
  const told: number[] = []
  load.eased$.subscribe(() => told.push(load.events))
  load.hold(5, 50)
  load.release(2, 20)
  load.release(3, 30)
  expect(told).toEqual([3, 0])
  expect([load.events, load.bytes]).toEqual([0, 0])
})
