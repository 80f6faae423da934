import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seenIds } from '../../../operators/lanes/seen-ids.ts'
import { workOf } from './work-record.ts'

const DEDUPE_MS = 50

const arrival = fc.record({
  event: fc.nat(5),
  key: fc.constantFrom('k', 'l'),
  afterMs: fc.integer({ min: -3, max: 30 }),
  judged: fc.boolean(),
})

test('judges an event once for each key within dedupeMs, unless it was left undecided', () => {
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 80 }), arrivals => {
      const seen = seenIds({ dedupeMs: DEDUPE_MS, idsMax: 1000 })
      const judgedAt = new Map<string, number>()
      let nowMs = 100
      for (const [offset, { event, key, afterMs, judged }] of arrivals.entries()) {
        nowMs += afterMs
        const eventId = `e${event}`
        const work = workOf({ offset, key, eventId })
        const last = judgedAt.get(key + eventId)
        const repeated = last !== undefined && nowMs - last <= DEDUPE_MS
        expect(seen.isRepeat(work, nowMs)).toBe(repeated)
        if (repeated) continue
        seen.hold(work, nowMs)
        expect(seen.isRepeat(workOf({ offset: offset + 1000, key, eventId }), nowMs)).toBe(true)
        seen.decide(work, { eventId, arrivedAtMs: nowMs, decidedAtMs: nowMs, judged })
        if (judged) judgedAt.set(key + eventId, nowMs)
        else judgedAt.delete(key + eventId)
      }
    }),
    { numRuns: 300 },
  )
})
