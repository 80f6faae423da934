import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Due, dueHeap } from '../../../operators/windows/due-heap.ts'

const due = fc.record({ dueMs: fc.nat(8), firstOffset: fc.nat(1000) })
const action = fc.oneof({ weight: 3, arbitrary: due }, { weight: 2, arbitrary: fc.constant('pop' as const) })

const inOrder = (a: Due, b: Due) => a.dueMs - b.dueMs || a.firstOffset - b.firstOffset

test('is empty at first', () => {
  const heap = dueHeap()
  expect([heap.size, heap.peek(), heap.pop()]).toEqual([0, undefined, undefined])
})

test('gives what is due first, by due time and then by first offset, under any mix of pushes and pops', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), actions => {
      const heap = dueHeap()
      const model: Due[] = []
      for (const step of actions) {
        if (step === 'pop') {
          expect(heap.pop()).toEqual(model.shift())
        } else {
          heap.push(step)
          model.push(step)
          model.sort(inOrder)
        }
        expect(heap.peek()).toEqual(model[0])
        expect(heap.size).toBe(model.length)
      }
      const rest = Array.from({ length: model.length }, () => heap.pop())
      expect(rest).toEqual(model)
    }),
    { numRuns: 300 },
  )
})
