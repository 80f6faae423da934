import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Decision } from '../../../../schemas/decision.ts'
import { compareStreams } from './compare-streams.ts'
import { decisionOf } from './decision-of.ts'

const EVENTS = 40

/** Windows of two keys over the same events: some of them left out, the others cut into windows at any place. */
const stream = fc
  .array(fc.record({ isIn: fc.boolean(), closes: fc.boolean(), triggers: fc.boolean() }), {
    minLength: EVENTS,
    maxLength: EVENTS,
  })
  .map(events => {
    const decisions: Decision[] = []
    const open = new Map<string, number[]>()
    for (const [offset, { isIn, closes, triggers }] of events.entries()) {
      const key = offset % 3 === 0 ? 'ETH' : 'BTC'
      const offsets = open.get(key) ?? []
      open.set(key, offsets)
      if (isIn) offsets.push(offset)
      if (!closes || offsets.length === 0) continue
      const outcome = triggers ? 'triggered' : 'not_triggered'
      decisions.push(decisionOf(offsets.splice(0), { key, outcome }))
    }
    return decisions
  })

test('finds any stream like itself', () => {
  fc.assert(
    fc.property(stream, decisions => {
      const { length } = decisions
      expect(compareStreams(decisions, decisions)).toMatchObject({
        compared: length,
        same: length,
        changed: {},
      })
    }),
  )
})

test('names each decision of both sides once, and counts alerts from both sides alike', () => {
  fc.assert(
    fc.property(stream, stream, (before, after) => {
      const there = compareStreams(before, after)
      const back = compareStreams(after, before)
      expect(idsOf(there.decisions.map(one => one.before?.decision_id))).toHaveLength(
        before.length - there.same,
      )
      expect(idsOf(there.decisions.map(one => one.after?.decision_id))).toHaveLength(
        after.length - there.same,
      )
      expect(there.same).toBe(back.same)
      expect(there.changed.verdict).toBe(back.changed.verdict)
      expect(there.changed.only_before).toBe(back.changed.only_after)
      expect(there.changed.only_after).toBe(back.changed.only_before)
      expect(there.alerts.kept + there.alerts.gone).toBe(alertsOf(before))
      expect(there.alerts.new).toBe(back.alerts.gone)
    }),
  )
})

function idsOf(ids: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(ids.filter(id => id !== undefined))]
}

function alertsOf(decisions: readonly Decision[]): number {
  return decisions.filter(({ outcome }) => outcome === 'triggered').length
}
