import { expect, test } from 'vitest'
import { type DecidedWork, decidedWork } from '../../../operators/lanes/decided-work.ts'
import { decisionSchema } from '../../../schemas/decision.ts'
import { DECIDED_ARRIVED_MS, decisionRecord } from './decision-record.ts'
import { workRecord } from './work-record.ts'

const AT_MS = DECIDED_ARRIVED_MS

function decided(offsets: readonly number[], repeats: readonly number[] = [], committed = 0): DecidedWork {
  const work = decidedWork(committed)
  work.add(decisionSchema.parse(JSON.parse(decisionRecord(offsets, {}, repeats))))
  return work
}

test('takes a record that a decision names, once', () => {
  const work = decided([3])
  const record = workRecord({ offset: 3, atMs: AT_MS })
  expect([work.take(record), work.take(record)]).toEqual([true, false])
  expect(work.size).toBe(0)
})

test('knows no record of other offsets, and none below the committed one', () => {
  const work = decided([3, 7], [], 5)
  expect(work.take(workRecord({ offset: 3, atMs: AT_MS }))).toBe(false)
  expect(work.take(workRecord({ offset: 4, atMs: AT_MS }))).toBe(false)
  expect(work.size).toBe(1)
})

test('tells a record of a topic that was made again by its arrival', () => {
  const work = decided([3])
  expect(work.take(workRecord({ offset: 3, atMs: AT_MS + 1 }))).toBe(false)
  expect(work.size).toBe(0)
})

test('tells a repeat by its work id, also that of a dead letter produced again', () => {
  expect(decided([], [3]).take(workRecord({ offset: 3 }))).toBe(true)
  expect(decided([], [3]).take(workRecord({ offset: 3, workId: 'other' }))).toBe(false)
  const replayed = decidedWork(0)
  const decision = decisionSchema.parse(JSON.parse(decisionRecord([1])))
  replayed.add({ ...decision, repeats: [{ work_id: 'work-3#r3', work_offset: '3' }] })
  expect(replayed.take(workRecord({ offset: 3 }))).toBe(true)
})

test.each([null, 'junk', '[1]', 'null', '{"other": 1}'])('knows no repeat in a record of %j', value => {
  const record = { ...workRecord({ offset: 3 }), value: value === null ? null : Buffer.from(value) }
  expect(decided([], [3]).take(record)).toBe(false)
})

test('says the highest offset that was named, repeats included', () => {
  expect(decidedWork(0).highest).toBe(-1)
  expect(decided([3], [9], 2).highest).toBe(9)
  expect(decided([3], [], 5).highest).toBe(-1)
})
