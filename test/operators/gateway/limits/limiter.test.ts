import { expect, test } from 'vitest'
import { limiter, type LimiterOptions } from '../../../../operators/gateway/limits/limiter.ts'
import type { QuotaLimits, TokenUse } from '../../../../operators/gateway/quota.ts'
import { noLimits } from '../../../support/no-limits.ts'

const START_MS = 1_700_000_000_000
function setUp(limits: Partial<QuotaLimits>, options: Partial<LimiterOptions> = {}) {
  const model = limiter({
    limits: { ...noLimits, ...limits },
    jitterMs: 1000,
    leaseMs: 30_000,
    charge: 'settle',
    ...options,
  })
  const ask = (atMs: number, tokens: Partial<TokenUse> = {}, critical = false) =>
    model.take(START_MS + atMs, { tokens: { input: 10, output: 10, ...tokens }, critical })
  return { model, ask }
}

const granted = expect.objectContaining({ kind: 'granted' })

test('names what it waits for longest', () => {
  const { model, ask } = setUp({ requests_per_minute: 60, output_tokens_per_minute: 100, concurrency: 1 })
  expect(ask(0)).toEqual(granted)
  // A place is free after 30 s at the latest, a turn of the requests after 1.02 s, of the output after 6.12 s.
  expect(ask(0)).toEqual({ kind: 'wait', waitMs: 30_000, by: 'concurrency' })
  model.settle(START_MS, '1', null)
  expect(ask(0)).toEqual({ kind: 'wait', waitMs: 6120, by: 'output_tokens_per_minute' })
  model.close(START_MS + 7000)
  expect(ask(0)).toEqual({ kind: 'wait', waitMs: 7000, by: 'closed' })
})

test('waits in whole milliseconds, and not a moment more than needed', () => {
  const { ask } = setUp({ requests_per_minute: 7 })
  expect(ask(0.25)).toEqual(granted)
  // 61.2 s / 7 is 8742.86 ms.
  expect(ask(0.25)).toMatchObject({ waitMs: 8743 })
  expect(ask(8743)).toMatchObject({ waitMs: 1 })
  expect(ask(8744)).toEqual(granted)
})

test('takes of all limits or of none', () => {
  const { model, ask } = setUp({ tokens_per_day: 30, concurrency: 2 })
  expect(ask(0)).toEqual(granted)
  const before = model.used(START_MS)
  expect(ask(0)).toMatchObject({ kind: 'wait', by: 'tokens_per_day' })
  expect(ask(0, { input: 31 })).toMatchObject({ kind: 'never', by: 'tokens_per_day' })
  expect(model.used(START_MS)).toEqual(before)
  expect(before).toEqual({
    requests_per_minute: 1,
    tokens_per_minute: 20,
    input_tokens_per_minute: 10,
    output_tokens_per_minute: 10,
    requests_per_day: 1,
    tokens_per_day: 20,
    concurrency: 1,
  })
})

test('forgets a minute after a minute, and a day after a day', () => {
  const { model, ask } = setUp({})
  ask(0)
  expect(model.used(START_MS + 61_000)).toMatchObject({ tokens_per_minute: 20, tokens_per_day: 20 })
  expect(model.used(START_MS + 61_200)).toMatchObject({ tokens_per_minute: 0, tokens_per_day: 20 })
  expect(model.used(START_MS + 86_401_000)).toMatchObject({ tokens_per_day: 20 })
  expect(model.used(START_MS + 86_401_000 + 2 * 144_002)).toMatchObject({ tokens_per_day: 0 })
})

test('says that a call is too large also while it is closed', () => {
  const { model, ask } = setUp({ input_tokens_per_minute: 9 })
  model.close(START_MS + 1000)
  expect(ask(0)).toEqual({ kind: 'never', by: 'input_tokens_per_minute' })
})

test('closes until the latest time that it was told', () => {
  const { model, ask } = setUp({})
  expect(model.closedUntilMs).toBe(-Infinity)
  model.close(START_MS + 1000)
  model.close(START_MS + 500)
  expect(model.closedUntilMs).toBe(START_MS + 1000)
  expect(ask(999)).toEqual({ kind: 'wait', waitMs: 1, by: 'closed' })
  expect(ask(1000)).toEqual(granted)
})

test('starts its schedule anew at a call after silence, also where somebody had asked too early', () => {
  const { ask } = setUp({ requests_per_minute: 60 })
  ask(0)
  expect(ask(500)).toMatchObject({ waitMs: 520 })
  // The one who asked was there in time, and then nobody waited.
  expect(ask(1020)).toEqual(granted)
  expect(ask(2900)).toEqual(granted)
  expect(ask(2900)).toMatchObject({ waitMs: 1020 })
})

test('catches up what the timer of a waiting call was late, and nothing that other limits held up', () => {
  const { model, ask } = setUp({ requests_per_minute: 60, concurrency: 1 })
  ask(0)
  model.settle(START_MS + 10, '1', null)
  expect(ask(500)).toMatchObject({ waitMs: 520 })
  expect(ask(1200)).toEqual(granted)
  model.settle(START_MS + 1300, '2', null)
  expect(ask(1300)).toMatchObject({ waitMs: 740, by: 'requests_per_minute' })
  expect(ask(2040)).toEqual(granted)
  expect(ask(3060)).toMatchObject({ by: 'concurrency' })
  model.settle(START_MS + 3500, '3', null)
  expect(ask(3500)).toEqual(granted)
  model.settle(START_MS + 3500, '4', null)
  expect(ask(3500)).toMatchObject({ waitMs: 1020 })
})

test('keeps the last place back for a minute after a critical call was asked for, also in vain', () => {
  const { ask } = setUp({ concurrency: 3 }, { leaseMs: 40_000 })
  for (const atMs of [0, 20, 40]) expect(ask(atMs)).toEqual(granted)
  expect(ask(60, {}, true)).toMatchObject({ kind: 'wait', by: 'concurrency' })
  // The leases of the first three have ended.
  for (const atMs of [40_050, 40_070]) expect(ask(atMs)).toEqual(granted)
  expect(ask(40_090)).toMatchObject({ waitMs: 60_060 - 40_090, by: 'concurrency' })
  expect(ask(60_060)).toEqual(granted)
})

test('keeps 5 % of a day back for a day after a critical call was asked for', () => {
  const { ask } = setUp({ requests_per_day: 20 }, { leaseMs: 10 })
  for (let call = 0; call < 17; call++) expect(ask(call)).toEqual(granted)
  expect(ask(100, {}, true)).toEqual(granted)
  expect(ask(150)).toEqual(granted)
  expect(ask(200)).toEqual({ kind: 'wait', waitMs: 86_400_000 - 100, by: 'requests_per_day' })
  expect(ask(300, {}, true)).toEqual(granted)
  expect(ask(400, {}, true)).toMatchObject({ kind: 'wait', by: 'requests_per_day' })
})

test('keeps nothing of a minute back', () => {
  const { ask } = setUp({ tokens_per_minute: 100 })
  expect(ask(0, { input: 1, output: 0 }, true)).toEqual(granted)
  expect(ask(612, { input: 99, output: 0 })).toEqual(granted)
})

test('has windows of other lengths where a quota is scaled down', () => {
  const { model, ask } = setUp({ requests_per_minute: 10 }, { minuteMs: 5000, dayMs: 20_000, jitterMs: 40 })
  ask(0)
  // 5040 ms in cells of 9 ms, 561 of them.
  expect(ask(0)).toMatchObject({ waitMs: 505 })
  expect(model.used(START_MS + 19_000)).toMatchObject({ requests_per_minute: 0, requests_per_day: 1 })
  expect(model.used(START_MS + 20_200)).toMatchObject({ requests_per_day: 0 })
})
