import fc from 'fast-check'
import { concatMap, defer, finalize, from, map, timer } from 'rxjs'
import { expect, test } from 'vitest'
import { commitInGroups, TRANSACTION_RECORDS_MAX } from '../../../operators/lanes/commit-in-groups.ts'
import { virtualTime } from '../../support/virtual-time.ts'

const arrival = fc.record({
  afterMs: fc.nat(8),
  records: fc.oneof({ weight: 5, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(2500) }),
  commitMs: fc.nat(6),
  patienceMs: fc.option(fc.nat(6), { nil: undefined }),
})

const IDLE_MS = 4

/** One that is more patient than those without outputs, and then such ones: it must not wait for them. */
const patient = [
  { afterMs: 0, records: 1, commitMs: 0, patienceMs: 6 },
  { afterMs: 1, records: 0, commitMs: 0, patienceMs: undefined },
  { afterMs: 4, records: 0, commitMs: 0, patienceMs: undefined },
]

test('commits every item once and in order, one transaction at a time, none late and none too large', () => {
  const output = { topic: 'out', partition: 0, key: null, value: 'v' }
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 40 }), arrivals => {
      const clock = virtualTime()
      const committed: number[] = []
      const sealed: number[] = []
      const cameAt: number[] = []
      let running = 0
      let freeAt = 0
      clock.run(() => {
        from(arrivals.entries())
          .pipe(
            concatMap(entry => timer(entry[1].afterMs, clock).pipe(map(() => entry))),
            map(([id, { records, patienceMs }]) => {
              cameAt[id] = clock.now()
              const outputs = Array.from({ length: records }, () => output)
              return { id, outputs, ...(patienceMs !== undefined && { patienceMs }) }
            }),
            commitInGroups({
              seal: group => {
                const total = group.reduce((sum, { outputs }) => sum + outputs.length, 0)
                expect(group.length === 1 || total <= TRANSACTION_RECORDS_MAX).toBe(true)
                const first = group[0]?.id ?? -1
                expect(clock.now() - Math.max(cameAt[first] ?? 0, freeAt)).toBeLessThanOrEqual(IDLE_MS)
                sealed.push(...group.map(({ id }) => id))
                return { offset: group.at(-1)?.id ?? -1, metadata: '' }
              },
              commit: ({ offset }) =>
                defer(() => {
                  expect(++running).toBe(1)
                  return timer(arrivals[offset]?.commitMs ?? 0, clock).pipe(map(() => ({ journalEnd: null })))
                }).pipe(
                  finalize(() => {
                    running--
                    freeAt = clock.now()
                  }),
                ),
              idleMs: IDLE_MS,
              clock,
            }),
          )
          .subscribe(({ items }) => committed.push(...items.map(({ id }) => id)))
      })
      const all = [...arrivals.keys()]
      expect(committed).toEqual(all)
      expect(sealed).toEqual(all)
    }),
    { numRuns: 200, examples: [[patient]] },
  )
})
