import fc from 'fast-check'
import { expect, test } from 'vitest'
import { windowLog } from '../../../../operators/gateway/limits/window-log.ts'

const START_MS = 1_700_000_000_000

const steps = fc.array(
  fc.record({
    /** Of the span that passes before, in thousandths; the next time that it is possible where it is null. */
    passed: fc.option(fc.oneof(fc.nat(20), fc.nat(1500)), { freq: 2 }),
    cost: fc.nat(10),
    /** By which the first cost that is held still is changed. */
    changed: fc.integer({ min: -5, max: 5 }),
  }),
  { minLength: 1, maxLength: 80 },
)

interface Sent {
  readonly atMs: number
  cost: number
}

test('filled up whenever it has room, it never holds more than the limit within the span', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5000 }), (taken, spanMs) => {
      const limit = 12
      const log = windowLog(spanMs)
      const sent: Sent[] = []
      let nowMs = START_MS
      for (const { passed, cost } of taken) {
        const roomMs = Math.max(nowMs, log.fallsToAtMs(limit - cost))
        nowMs = passed === null ? roomMs : nowMs + (passed * spanMs) / 1000
        log.moveTo(nowMs)
        if (log.used + cost > limit) continue
        log.add(nowMs, cost)
        sent.push({ atMs: nowMs, cost })
      }
      for (const { atMs } of sent) expect(within(sent, atMs, atMs + spanMs)).toBeLessThanOrEqual(limit)
    }),
    { numRuns: 500 },
  )
})

test('holds what was sent within the span, all of it, and nothing of what is older than it says', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5000 }), (taken, spanMs) => {
      const log = windowLog(spanMs)
      const sent: Sent[] = []
      let nowMs = START_MS
      for (const { passed, cost, changed } of taken) {
        nowMs += ((passed ?? 0) * spanMs) / 1000
        log.moveTo(nowMs)
        log.add(nowMs, cost)
        sent.push({ atMs: nowMs, cost })
        const first = sent.find(({ atMs }) => atMs >= nowMs - spanMs)
        if (first !== undefined) {
          const by = Math.max(changed, -first.cost)
          first.cost += by
          log.add(first.atMs, by)
        }
        expect(log.used).toBeGreaterThanOrEqual(within(sent, nowMs - spanMs, nowMs))
        expect(log.used).toBeLessThanOrEqual(within(sent, nowMs - log.heldMs, nowMs))
      }
    }),
    { numRuns: 500 },
  )
})

test('falls to a level when it says, and not before', () => {
  fc.assert(
    fc.property(steps, fc.nat(100), (taken, level) => {
      const log = windowLog(1200)
      let nowMs = START_MS
      for (const { passed, cost } of taken) {
        nowMs += passed ?? 0
        log.moveTo(nowMs)
        log.add(nowMs, cost)
      }
      const fallsMs = log.fallsToAtMs(level)
      if (fallsMs === -Infinity) {
        expect(log.used).toBeLessThanOrEqual(level)
        return
      }
      log.moveTo(fallsMs - 1)
      expect(log.used).toBeGreaterThan(level)
      log.moveTo(fallsMs)
      expect(log.used).toBeLessThanOrEqual(level)
    }),
    { numRuns: 500 },
  )
})

function within(sent: readonly Sent[], fromMs: number, toMs: number): number {
  return sent.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).reduce((sum, { cost }) => sum + cost, 0)
}
