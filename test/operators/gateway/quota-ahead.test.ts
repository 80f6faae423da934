import { expect, test } from 'vitest'
import { localQuota } from '../../../operators/gateway/local-quota.ts'
import type { QuotaAnswer } from '../../../operators/gateway/quota.ts'
import { QuotaAhead } from '../../../operators/gateway/quota-ahead.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { noLimits } from '../../support/no-limits.ts'

const used = { input: 10, output: 10 }

function setUp(concurrency: number | null, aheadMs = 50) {
  const clock = new DrivenClock(1_700_000_000_000)
  const kept: (number | null)[] = []
  const limits = { ...noLimits, concurrency }
  const settings = { limits, jitterMs: 1000, leaseMs: 60_000, charge: 'settle', clock } as const
  const quota = new QuotaAhead({
    quota: localQuota(settings),
    clock,
    aheadMs,
    keepTo: places => {
      kept.push(places)
    },
  })
  /** Takes until there is nothing to be had. */
  const takeAll = () => {
    const leases: string[] = []
    for (;;) {
      const answers: QuotaAnswer[] = []
      quota.take({ tokens: used, critical: true }).subscribe(answer => answers.push(answer))
      const [answer] = answers
      if (answer?.kind !== 'granted') return leases
      leases.push(answer.lease)
      if (leases.length === 1000) return leases
    }
  }
  /** Calls that take so long, until that is known. */
  const run = (ms: number) => {
    for (let n = 0; n < 100; n++) {
      const leases = takeAll()
      clock.advanceTo(clock.now() + ms)
      for (const lease of leases) quota.settle(lease, used)
    }
  }
  return { quota, kept, takeAll, run, clock }
}

test('grants no more than there are places as long as nothing is known of the calls', () => {
  const { quota, kept, takeAll } = setUp(100)
  expect(takeAll()).toHaveLength(100)
  expect([kept, quota.used().concurrency]).toEqual([[100], 100])
})

test.for([
  { callMs: 200, ahead: 25 },
  { callMs: 1000, ahead: 5 },
  { callMs: 6000, ahead: 0 },
  // No more than half, however short calls are.
  { callMs: 10, ahead: 50 },
])(
  'grants as many more as come to a place within 50 ms: calls of $callMs ms, $ahead more',
  ({ callMs, ahead }) => {
    const { quota, kept, takeAll, run } = setUp(100)
    run(callMs)
    expect(takeAll()).toHaveLength(100 + ahead)
    expect(kept).toEqual([100])
    // Those that wait are not at the model.
    expect(quota.used().concurrency).toBe(100)
    expect(quota.limits.concurrency).toBe(100)
  },
)

test('hears nothing of how long calls take from those that fail at once', () => {
  const { quota, takeAll } = setUp(100)
  for (const lease of takeAll()) quota.settle(lease, { input: 0, output: 0 })
  for (const lease of takeAll()) quota.settle(lease, null)
  expect(takeAll()).toHaveLength(100)
})

test('follows a changed limit, and this process as one of several', () => {
  const { quota, kept, takeAll, run } = setUp(100)
  run(200)
  quota.change({ ...noLimits, concurrency: 40 })
  let leases = takeAll()
  expect(leases).toHaveLength(50)
  for (const lease of leases) quota.settle(lease, null)
  quota.shareAmong(4)
  leases = takeAll()
  expect(leases).toHaveLength(12)
  for (const lease of leases) quota.settle(lease, null)
  quota.change({ ...noLimits, concurrency: 1 })
  expect(takeAll()).toHaveLength(1)
  expect(kept).toEqual([100, 40, 10, 1])
})

test('grants nothing where there is no place at all', () => {
  const { quota, run } = setUp(100)
  run(200)
  quota.change({ ...noLimits, concurrency: 0 })
  const answers: QuotaAnswer[] = []
  quota.take({ tokens: used, critical: true }).subscribe(answer => answers.push(answer))
  expect(answers).toEqual([{ kind: 'never', by: 'concurrency' }])
})

test('keeps nobody where nothing limits the calls at once', () => {
  const { kept, takeAll, run } = setUp(null)
  run(10)
  expect(takeAll().length).toBe(1000)
  expect(kept).toEqual([null])
})
