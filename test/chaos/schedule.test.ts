import { expect, test } from 'vitest'
import { faultTable, isFaultName } from './faults/fault-table.ts'
import { schedule, type ScheduleStep } from './schedule.ts'

const names = Object.keys(faultTable).filter(isFaultName)

function steps(seed: number, count: number): readonly ScheduleStep[] {
  const found: ScheduleStep[] = []
  for (const step of schedule(seed, names)) if (found.push(step) === count) break
  return found
}

test('is the same for the same seed, and another for another', () => {
  expect(steps(1, 50)).toEqual(steps(1, 50))
  expect(steps(1, 50)).not.toEqual(steps(2, 50))
})

test('has every fault before any comes again', () => {
  const seen = steps(7, 60).flatMap(({ faults }) => faults.map(({ name }) => name))
  expect(new Set(seen.slice(0, names.length)).size).toBe(names.length)
})

test('never has two faults of one subject at once', () => {
  const pairs = steps(3, 200).filter(({ faults }) => faults.length === 2)
  expect(pairs.length).toBeGreaterThan(10)
  const subjects = pairs.map(({ faults }) => new Set(faults.map(({ name }) => faultTable[name].subject)).size)
  expect(new Set(subjects)).toEqual(new Set([2]))
})

test('has no step without a fault', () => {
  expect([...schedule(1, [])]).toEqual([])
})
