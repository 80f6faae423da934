import fc from 'fast-check'
import { Subject } from 'rxjs'
import { expect, test } from 'vitest'
import type { LaneSignal, LogRecord } from '../../../operators/lanes/lane.ts'
import { laneLoad } from '../../../operators/lanes/lane-load.ts'
import { paceLane } from '../../../operators/lanes/pace-lane.ts'

const action = fc.oneof(
  fc.record({ kind: fc.constant('batch' as const), size: fc.nat(12), atEnd: fc.boolean() }),
  fc.record({ kind: fc.constant('release' as const), count: fc.nat(8) }),
  fc.record({ kind: fc.constant('end' as const) }),
)
const shape = fc.record({
  eventsMax: fc.integer({ min: 1, max: 9 }),
  sliceMax: fc.integer({ min: 1, max: 3 }),
  reliefs: fc.array(fc.nat(5), { maxLength: 10 }),
})

function recordAt(offset: number): LogRecord {
  return { offset, timestampMs: 0, key: null, value: null, headers: {} }
}

test('loses, doubles and reorders nothing over any changes of load, and stays within the maximum', () => {
  fc.assert(
    fc.property(shape, fc.array(action, { maxLength: 60 }), ({ eventsMax, sliceMax, reliefs }, actions) => {
      const load = laneLoad({ eventsMax, bytesMax: 1e9, aheadMax: 1e9 })
      const signals$ = new Subject<LaneSignal>()
      const taken: number[] = []
      let paused = false
      let position = 0
      // Thrown inside the chain they would not reach the property.
      const faults: string[] = []
      const check = (holds: boolean, fault: string) => {
        if (!holds) faults.push(fault)
      }
      const pace = paceLane({
        lane: {
          pause: () => {
            check(!paused, 'paused twice')
            paused = true
          },
          resume: () => {
            check(paused, 'resumed twice')
            check(load.events <= eventsMax / 2, 'resumed too early')
            paused = false
          },
        },
        load,
        sliceMax,
        draining: () => load.events > 0,
      })
      const release = (count: number) => {
        const released = Math.min(count, load.events)
        load.release(released, released)
      }
      const subscription = signals$.pipe(pace).subscribe(item => {
        if (item.kind === 'records') {
          check(!paused, 'taken while paused')
          check(load.events < eventsMax, 'taken at the maximum')
          check(item.records.length <= sliceMax, 'a slice too long')
          load.hold(item.records.length, item.records.length)
          taken.push(...item.records.map(({ offset }) => offset))
          check(item.nextOffset === taken.length, 'a wrong next offset')
        }
        if (item.kind === 'end') check(taken.length === position, 'an end before the end')
        if (item.kind === 'pressure') release(reliefs.shift() ?? 0)
      })
      for (const step of actions) {
        if (step.kind === 'release') release(step.count)
        else if (step.kind === 'end') signals$.next({ kind: 'end' })
        else {
          const records = Array.from({ length: step.size }, (_, n) => recordAt(position + n))
          position += step.size
          signals$.next({ kind: 'records', records, nextOffset: position, atEnd: step.atEnd })
        }
      }
      for (let round = 0; round < 1000 && load.events > 0; round++) release(load.events)
      expect(taken).toEqual(Array.from({ length: position }, (_, n) => n))
      expect(paused).toBe(false)
      expect(faults).toEqual([])
      subscription.unsubscribe()
    }),
    { numRuns: 500 },
  )
})
