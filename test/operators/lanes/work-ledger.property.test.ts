import fc from 'fast-check'
import { expect, test } from 'vitest'
import { workLedger } from '../../../operators/lanes/work-ledger.ts'

/** What becomes of one offset, and when: the gap before it, its fate, and its place in the order of finishing. */
const fate = fc.record({
  gap: fc.integer({ min: 0, max: 2 }),
  kind: fc.constantFrom('held', 'passed', 'dropped'),
  rank: fc.nat(),
  finishesAfter: fc.nat(30),
})

test('keeps the watermark at the lowest unfinished offset under any order of finishing', () => {
  fc.assert(
    fc.property(fc.array(fate, { minLength: 1, maxLength: 60 }), fates => {
      const ledger = workLedger(0)
      const states = new Map<number, string>()
      const due: { readonly offset: number; readonly at: number; readonly rank: number }[] = []
      let offset = 0
      for (const [step, { gap, kind, rank, finishesAfter }] of fates.entries()) {
        offset += gap
        ledger.take(offset, offset * 10)
        states.set(offset, kind)
        if (kind === 'passed') ledger.pass(offset)
        if (kind === 'dropped') ledger.drop(offset)
        due.push({ offset, at: step + finishesAfter, rank })
        offset++
        const now = due.filter(({ at }) => at === step).toSorted((a, b) => a.rank - b.rank)
        for (const item of now) {
          ledger.finish(item.offset)
          states.delete(item.offset)
          check(ledger, states)
        }
        check(ledger, states)
      }
      for (const left of [...states.keys()].toSorted((a, b) => ((a * 7919) % 101) - ((b * 7919) % 101))) {
        ledger.finish(left)
        states.delete(left)
        check(ledger, states)
      }
      expect(ledger).toMatchObject({ watermark: ledger.position, ahead: 0, oldestArrivedAtMs: null })
    }),
    { numRuns: 500 },
  )
})

function check(ledger: ReturnType<typeof workLedger>, states: ReadonlyMap<number, string>): void {
  const blocking = [...states].filter(([, state]) => state !== 'dropped').map(([offset]) => offset)
  const watermark = blocking.length === 0 ? ledger.position : Math.min(...blocking)
  expect(ledger.watermark).toBe(watermark)
  expect(ledger.oldestArrivedAtMs).toBe(blocking.length === 0 ? null : watermark * 10)
  const held = [...states].filter(([, state]) => state === 'held').map(([offset]) => offset)
  expect(ledger.lowestHeld).toBe(held.length === 0 ? ledger.position : Math.min(...held))
}

test('counts exactly the finished offsets beyond the watermark, and never passes a held one', () => {
  const order = fc.shuffledSubarray(Array.from({ length: 40 }, (_, n) => n))
  fc.assert(
    fc.property(order, finishing => {
      const ledger = workLedger(0)
      for (let offset = 0; offset < 40; offset++) ledger.take(offset, 0)
      const held = new Set(Array.from({ length: 40 }, (_, n) => n))
      for (const offset of finishing) {
        ledger.finish(offset)
        held.delete(offset)
        const lowest = Math.min(40, ...held)
        expect(ledger.watermark).toBe(lowest)
        expect(ledger.ahead).toBe(40 - lowest - held.size)
      }
    }),
    { numRuns: 300 },
  )
})
