import { expect, test } from 'vitest'
import { limiter } from '../../../../operators/gateway/limits/limiter.ts'
import type { QuotaLimits, TokenUse } from '../../../../operators/gateway/quota.ts'
import { noLimits } from '../../../support/no-limits.ts'

const START_MS = 1_700_000_000_000
const MINUTE_MS = 60_000
/** A process that asks all the time, and when its calls were granted. */
function greedy(limits: Partial<QuotaLimits>, fromMs = 0) {
  const model = limiter({
    limits: { ...noLimits, ...limits },
    jitterMs: 1000,
    leaseMs: 100,
    charge: 'settle',
  })
  let nowMs = START_MS + fromMs
  const grantedMs: number[] = []
  const ask = (tokens: TokenUse = { input: 1, output: 1 }) => model.take(nowMs, { tokens, critical: false })
  const run = (untilMs: number) => {
    for (; nowMs < START_MS + untilMs; nowMs += 10) if (ask().kind === 'granted') grantedMs.push(nowMs)
  }
  return { model, ask, run, grantedMs }
}

function mostWithin(spanMs: number, timesMs: readonly number[]): number {
  return Math.max(...timesMs.map(from => timesMs.filter(at => at >= from && at < from + spanMs).length))
}

test.each([
  // Its pace is that of 61.2 s, which the jitter and the cells make of a minute.
  [600, 4, 148],
  [10, 4, 2],
  // Nobody is left without any.
  [3, 4, 1],
])('of %i requests a minute takes one of %i processes %i', (limit, processes, most) => {
  const { model, run, grantedMs } = greedy({ requests_per_minute: limit })
  model.shareAmong(processes)
  run(3 * MINUTE_MS)
  expect(mostWithin(MINUTE_MS, grantedMs)).toBe(most)
})

test('lets a call that is larger than its part of the tokens wait for an empty window, and none that is larger than the limit', () => {
  const { model, ask } = greedy({ tokens_per_minute: 400 })
  model.shareAmong(4)
  expect(ask({ input: 401, output: 0 })).toEqual({ kind: 'never', by: 'tokens_per_minute' })
  expect(ask({ input: 300, output: 100 })).toMatchObject({ kind: 'granted' })
  expect(ask({ input: 300, output: 100 })).toMatchObject({ kind: 'wait', by: 'tokens_per_minute' })
})

test('takes its part of tokens', () => {
  const { model, ask } = greedy({ tokens_per_minute: 400 })
  model.shareAmong(4)
  expect(ask({ input: 60, output: 40 })).toMatchObject({ kind: 'granted' })
  expect(model.used(START_MS)).toMatchObject({
    tokens_per_minute: 400,
    requests_per_minute: 4,
    concurrency: 4,
  })
})

test('gives back as much as was charged, however many share when the call ends', () => {
  const { model, ask } = greedy({ tokens_per_minute: 400 })
  model.shareAmong(4)
  const answer = ask({ input: 60, output: 40 })
  model.shareAmong(2)
  if (answer.kind === 'granted') model.settle(START_MS, answer.lease, { input: 60, output: 0 })
  expect(model.used(START_MS).tokens_per_minute).toBe(240)
})

test('goes on at once when another process comes, at half the pace, and no window holds more than the limit', () => {
  const limit = 300
  const first = greedy({ requests_per_minute: limit })
  const second = greedy({ requests_per_minute: limit }, 2 * MINUTE_MS)
  first.run(2 * MINUTE_MS)
  for (const { model } of [first, second]) model.shareAmong(2)
  for (const { run } of [first, second]) run(4 * MINUTE_MS)
  first.model.shareAmong(1)
  first.run(6 * MINUTE_MS)
  const since = first.grantedMs.filter(at => at >= START_MS + 2 * MINUTE_MS)
  expect((since[0] ?? 0) - START_MS - 2 * MINUTE_MS).toBeLessThan(500)
  expect(first.grantedMs.length + second.grantedMs.length).toBeGreaterThan(0.97 * 6 * limit)
  expect(mostWithin(MINUTE_MS, [...first.grantedMs, ...second.grantedMs])).toBeLessThanOrEqual(limit)
})

test('charges what was sent before, as it was spread', () => {
  const { model, ask } = greedy({ requests_per_minute: 100, tokens_per_day: 1000 })
  const atMs = START_MS - 30_000
  model.add(START_MS, { atMs, amounts: { requests_per_minute: 100, tokens_per_day: 900 } })
  expect(model.used(START_MS)).toMatchObject({
    requests_per_minute: 100,
    tokens_per_day: 900,
    tokens_per_minute: 0,
  })
  const answer = ask()
  expect(answer).toMatchObject({ kind: 'wait', by: 'requests_per_minute' })
  if (answer.kind === 'wait') expect(Math.round(answer.waitMs / 1000)).toBe(31)
})
