import { of } from 'rxjs'
import { afterEach, expect, test } from 'vitest'
import type { Quota, QuotaAnswer } from '../../../../operators/gateway/quota.ts'
import { type Simulator, startSimulator } from '../../../../pipeline/simulator/start-simulator.ts'
import { knownQuota } from '../known-quota.ts'
import { offerCalls } from '../offer-calls.ts'
import { quotaContender } from './quota-contender.ts'

const closing: Simulator[] = []
afterEach(async () => {
  for (const simulator of closing.splice(0)) await simulator.close()
})

/** Grants so many at once, and says to wait for the end of another. */
function placesOnly(places: number) {
  const told = {
    leases: new Set<string>(),
    outputs: new Array<number | undefined>(),
    closedMs: new Set<number>(),
  }
  const { limits } = knownQuota('P9', 10_000)
  let free = places
  let granted = 0
  const quota: Quota = {
    limits,
    take() {
      const full: QuotaAnswer = { kind: 'wait', waitMs: Infinity, by: 'concurrency' }
      if (free === 0) return of(full)
      free -= 1
      granted += 1
      return of({ kind: 'granted', lease: `${granted}` })
    },
    settle(lease, used) {
      free += 1
      told.leases.add(lease)
      told.outputs.push(used?.output)
    },
    close: forMs => void told.closedMs.add(forMs),
    change() {
      throw new Error('nobody changes it')
    },
    used() {
      throw new Error('nobody asks')
    },
    closedMs: 0,
  }
  return { quota, told }
}

test('keeps to its places, settles what was used, and admits a refused call anew', async () => {
  const simulator = await startSimulator({
    requestsPerMinute: 4,
    minuteMs: 3_600_000,
    retryAfter: 7,
    answers: [{ text: 'x'.repeat(40) }],
  })
  closing.push(simulator)
  const { quota, told } = placesOnly(2)
  const { calls, failed, end } = offerCalls({
    baseUrl: simulator.baseUrl,
    quota: knownQuota('P9', 10_000),
    seed: 1,
  })
  await quotaContender('ours', () => quota).run({
    ...calls,
    keepBusy: (callers, make) =>
      calls.keepBusy(callers, async call => {
        try {
          await make(call)
        } catch (error) {
          if (failed() === 1) end()
          throw error
        }
      }),
  })
  const { requests, answers, in_flight_max: inFlightMax } = simulator.stats()
  expect(inFlightMax).toBeLessThanOrEqual(2)
  expect(answers['200']).toBe(4)
  expect(told.outputs.filter(output => output === 10)).toHaveLength(4)
  expect(told.closedMs).toEqual(new Set([7000]))
  // Each attempt has a lease of its own, and gave it back.
  expect(told.leases.size).toBe(requests)
  expect(told.outputs).toHaveLength(requests)
})
