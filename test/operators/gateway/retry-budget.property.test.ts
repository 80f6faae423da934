import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RetryBudget } from '../../../operators/gateway/retry-budget.ts'

const SPAN_MS = 300_000
const CELL_MS = 10_000

const step = fc.record({
  laterMs: fc.oneof(fc.nat(3000), fc.nat(450_000)),
  kind: fc.constantFrom('call' as const, 'retry' as const),
  count: fc.nat(80),
})

test('never grants more than its share of the calls of the last span', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const budget = new RetryBudget()
      const times: Record<'call' | 'retry', number[]> = { call: [], retry: [] }
      let nowMs = 0
      const within = (kind: 'call' | 'retry', ms: number) =>
        times[kind].filter(time => nowMs - time < ms).length
      for (const { laterMs, kind, count } of steps) {
        nowMs += laterMs
        for (let n = 0; n < count; n++) {
          if (kind === 'call') budget.called(nowMs)
          else if (!budget.mayRetry(nowMs)) break
          times[kind].push(nowMs)
          if (kind === 'call') continue
          // Either count may have forgotten a cell too early.
          expect(within('retry', SPAN_MS - CELL_MS)).toBeLessThanOrEqual(10 + 0.1 * within('call', SPAN_MS))
        }
      }
    }),
  )
})
