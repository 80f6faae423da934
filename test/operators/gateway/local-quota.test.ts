import { expect, test } from 'vitest'
import { localQuota } from '../../../operators/gateway/local-quota.ts'
import type { Quota, QuotaAnswer, QuotaLimits } from '../../../operators/gateway/quota.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { describeQuota } from '../../contract/quota.contract.ts'

const START_MS = 1_700_000_000_000

describeQuota('one process', async settings => {
  const clock = new DrivenClock(START_MS)
  return {
    quota: localQuota({ ...settings, clock }),
    now: () => clock.now(),
    pass: async ms => {
      clock.advanceTo(clock.now() + ms)
    },
  }
})

const limits: QuotaLimits = {
  requests_per_minute: 60,
  tokens_per_minute: null,
  input_tokens_per_minute: null,
  output_tokens_per_minute: null,
  requests_per_day: null,
  tokens_per_day: null,
  concurrency: null,
}

/** A quota of 60 requests a minute, on a clock that is set to any time. */
function setUp() {
  let atMs = START_MS
  const clock = { now: () => atMs, schedule: () => expect.unreachable() }
  const quota = localQuota({ clock, limits, jitterMs: 1000, leaseMs: 60_000, charge: 'settle' })
  const setTo = (ms: number) => {
    atMs = START_MS + ms
  }
  return { quota, setTo }
}

function ask(quota: Quota): readonly (QuotaAnswer | 'done')[] {
  const seen: (QuotaAnswer | 'done')[] = []
  quota
    .take({ tokens: { input: 1, output: 1 }, critical: false })
    .subscribe({ next: answer => seen.push(answer), complete: () => seen.push('done') })
  return seen
}

test('answers within the subscription', () => {
  const { quota } = setUp()
  expect(ask(quota)).toEqual([{ kind: 'granted', lease: '1' }, 'done'])
  expect(ask(quota)).toEqual([{ kind: 'wait', waitMs: 1020, by: 'requests_per_minute' }, 'done'])
})

test('goes on waiting for what it waited for when its clock is set back, and not for an hour more', () => {
  const { quota, setTo } = setUp()
  ask(quota)
  quota.close(5000)
  setTo(500)
  expect(quota.closedMs).toBe(4500)
  setTo(-3_600_000)
  expect(quota.closedMs).toBe(4500)
  setTo(-3_600_000 + 4499)
  expect(ask(quota)).toMatchObject([{ kind: 'wait', waitMs: 1, by: 'closed' }, 'done'])
  setTo(-3_600_000 + 4500)
  expect(ask(quota)).toMatchObject([{ kind: 'granted' }, 'done'])
  // The second setting back, after which the first still counts.
  setTo(-7_200_000)
  expect(ask(quota)).toMatchObject([{ kind: 'wait', waitMs: 1020 }, 'done'])
  setTo(-7_200_000 + 1020)
  expect(ask(quota)).toMatchObject([{ kind: 'granted' }, 'done'])
})
