import fc from 'fast-check'
import { defer, finalize, map, type Observable, timer } from 'rxjs'
import { expect, test } from 'vitest'
import { shareCalls } from '../../../../operators/gateway/answers/share-calls.ts'
import { virtualTime } from '../../../support/virtual-time.ts'

const CALL_MS_MAX = 20

interface Asking {
  readonly atMs: number
  readonly hash: string
  /** How long it waits before it leaves. */
  readonly staysMs: number
  readonly callMs: number
  readonly fails: boolean
  readonly runsOn: boolean
}

const asking: fc.Arbitrary<Asking> = fc.record({
  atMs: fc.nat(60),
  hash: fc.constantFrom('x', 'y', 'z'),
  staysMs: fc.oneof(fc.nat(30), fc.constant(Infinity)),
  callMs: fc.nat(CALL_MS_MAX),
  fails: fc.boolean(),
  runsOn: fc.boolean(),
})

interface Seen {
  /** The calls under way by hash; more than one is a fault. */
  readonly underWay: Map<string, number>
  readonly faults: string[]
  made: number
}

function callOf({ hash, callMs, fails }: Asking, seen: Seen): Observable<number> {
  return defer(() => {
    const call = ++seen.made
    if (seen.underWay.has(hash)) seen.faults.push(`call ${call} of ${hash} is a second one`)
    seen.underWay.set(hash, call)
    return timer(callMs).pipe(
      map(() => {
        if (fails) throw new Error('made to fail')
        return call
      }),
      finalize(() => seen.underWay.delete(hash)),
    )
  })
}

test('makes one call of a hash at a time, and each who waits learns its end', () => {
  fc.assert(
    fc.property(fc.array(asking, { maxLength: 40 }), askings => {
      const calls = shareCalls<number>({ callsMax: 3 })
      const seen: Seen = { underWay: new Map(), faults: [], made: 0 }
      let ends = 0
      let owned = 0
      virtualTime().run(({ flush }) => {
        for (const one of askings) {
          const end = () => ends++
          const asked$ = calls.share(one.hash, callOf(one, seen), () => one.runsOn)
          timer(one.atMs).subscribe(() => {
            const waiting = asked$.subscribe({
              next: ({ reply, isShared }) => {
                if (reply !== seen.underWay.get(one.hash))
                  seen.faults.push(`reply ${reply} is of another call`)
                if (!isShared) owned++
              },
              error: end,
              complete: end,
            })
            if (one.staysMs < Infinity) timer(one.staysMs).subscribe(() => waiting.unsubscribe())
          })
        }
        flush()
      })
      expect(seen.faults).toEqual([])
      expect(seen.underWay.size + calls.inFlight).toBe(0)
      expect(owned).toBeLessThanOrEqual(seen.made)
      expect(ends).toBeGreaterThanOrEqual(askings.filter(({ staysMs }) => staysMs > CALL_MS_MAX).length)
    }),
    { numRuns: 300 },
  )
})
