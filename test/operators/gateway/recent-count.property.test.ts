import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentCount } from '../../../operators/gateway/recent-count.ts'

const SPAN_MS = 3000
const CELL_MS = 100

const step = fc.record({
  // Often within a cell, at times beyond the whole span.
  laterMs: fc.oneof(fc.nat(50), fc.nat(400), fc.nat(10_000)),
  adds: fc.nat(3),
})

test('counts what happened within the span, and forgets nothing more than a cell too early', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.array(step, { maxLength: 60 }), (startMs, steps) => {
      const count = new RecentCount(SPAN_MS)
      const times: number[] = []
      let nowMs = startMs
      for (const { laterMs, adds } of steps) {
        nowMs += laterMs
        for (let n = 0; n < adds; n++) {
          count.add(nowMs)
          times.push(nowMs)
        }
        const within = (ms: number) => times.filter(time => nowMs - time < ms).length
        expect(count.at(nowMs)).toBeLessThanOrEqual(within(SPAN_MS))
        expect(count.at(nowMs)).toBeGreaterThanOrEqual(within(SPAN_MS - CELL_MS))
      }
    }),
  )
})
