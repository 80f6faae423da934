import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor } from '../../../operators/lanes/decode-cursor.ts'
import { encodeCursor } from '../../../operators/lanes/encode-cursor.ts'
import { laneCursor } from '../../../operators/lanes/lane-cursor.ts'

const cursors = fc.integer({ min: 0, max: 999_999_999_999_999 })

test('reads back every cursor that it writes, padded or not', () => {
  fc.assert(
    fc.property(cursors, fc.nat(3), (cursor, padding) => {
      expect(decodeCursor(encodeCursor(cursor) + '\0'.repeat(padding))).toBe(cursor)
    }),
    { numRuns: 300 },
  )
})

test('reads nothing out of metadata with one character changed, lost or added', () => {
  const character = fc.constantFrom(...Array.from('0123456789abcdef; \0X'))
  const kinds = fc.constantFrom('changed', 'lost', 'added')
  fc.assert(
    fc.property(cursors, fc.nat(30), character, kinds, (cursor, place, inserted, kind) => {
      const whole = encodeCursor(cursor)
      const at = place % (whole.length + (kind === 'added' ? 1 : 0))
      const damaged =
        whole.slice(0, at) + (kind === 'lost' ? '' : inserted) + whole.slice(kind === 'added' ? at : at + 1)
      fc.pre(damaged.replace(/\0+$/, '') !== whole)
      expect(decodeCursor(damaged)).toBeNull()
    }),
    { numRuns: 1000 },
  )
})

const step = fc.record({ grows: fc.nat(2), delivers: fc.nat(3), finishes: fc.nat(3) })

test('commits, for any watermark, where the journal ended when it was first delivered or before', () => {
  const start = fc.record({ cursor: fc.nat(10), more: fc.nat(10), known: fc.integer({ min: -1, max: 6 }) })
  fc.assert(
    fc.property(start, fc.array(step, { maxLength: 40 }), ({ cursor, more, known }, steps) => {
      let end = cursor + more
      const lane = laneCursor({ cursor, journalEnd: end, known })
      const firstDelivered: number[] = []
      let watermark = 0
      let last = cursor
      for (const { grows, delivers, finishes } of steps) {
        for (let n = 0; n < delivers; n++) {
          lane.delivered(firstDelivered.length)
          firstDelivered.push(firstDelivered.length <= known ? cursor : end)
        }
        watermark = Math.min(firstDelivered.length, watermark + finishes)
        const committed = decodeCursor(lane.metadata(watermark)) ?? -1
        expect(committed).toBe(firstDelivered[watermark] ?? firstDelivered.at(-1) ?? cursor)
        expect(committed).toBeGreaterThanOrEqual(last)
        last = committed
        end += grows
        lane.journalEndsAt(end)
      }
    }),
    { numRuns: 300 },
  )
})
