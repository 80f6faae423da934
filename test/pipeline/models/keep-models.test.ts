import { expect, test } from 'vitest'
import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'
import { modelBench } from '../../support/model-bench.ts'

function write(log: ReturnType<typeof memoryPartition>, key: string, value: unknown) {
  log.append({ key, value: value === null ? null : JSON.stringify(value) }, 0)
}

test('says that it is current when all that was kept has taken effect, and not before', () => {
  const log = memoryPartition()
  write(log, 'settings/fast', { limits: { requests_per_minute: 240 } })
  write(log, 'settings/other', { max_retries: 9 })
  const { kept$, model } = modelBench(log)
  expect(model('fast').gate.quota.limits.requests_per_minute).toBe(600)
  const seen: unknown[] = []
  kept$.subscribe(() => seen.push([model('fast').gate.quota.limits, model('other').gate.retry.retriesMax]))
  expect(seen).toMatchObject([[{ requests_per_minute: 240, concurrency: 32 }, 9]])
})

test('changes a model when anybody does, and goes back to the file when that is taken back', () => {
  const { kept$, model, log, changed } = modelBench()
  kept$.subscribe()
  write(log, 'settings/fast', {
    limits: { requests_per_minute: 'none', tokens_per_day: 5 },
    price: { input_usd_per_million: 1, output_usd_per_million: 2 },
    max_retry_delay_seconds: 9,
  })
  const { gate } = model('fast')
  expect(gate.quota.limits).toMatchObject({ requests_per_minute: null, tokens_per_day: 5, concurrency: 32 })
  expect(gate.price).toEqual({ inputUsdPerMillion: 1, outputUsdPerMillion: 2 })
  expect(gate.retry).toEqual({ retriesMax: 3, baseDelayMs: 2000, delayMsMax: 9000 })
  write(log, 'settings/fast', null)
  expect(gate.quota.limits).toMatchObject({ requests_per_minute: 600, tokens_per_day: null })
  expect([gate.price, gate.retry.delayMsMax, model('fast').settings]).toEqual([null, 60_000, {}])
  expect(changed).toEqual(['fast', 'fast'])
})

test('passes over models that it has not got, other kinds of entries, and settings that do not fit', () => {
  const { kept$, model, log, faults, changed } = modelBench()
  kept$.subscribe()
  write(log, 'settings/fast', { max_retries: 1 })
  write(log, 'settings/local', { max_retries: 2 })
  write(log, 'learned/fast', { at: '2026-11-20T09:00:00.000Z', limits: {} })
  write(log, 'settings/fast', { max_retries: 'many' })
  write(log, 'settings/fast', { of_a_later_version: 1 })
  expect([model('fast').settings, changed]).toEqual([{ max_retries: 1 }, ['fast']])
  expect(faults).toEqual([
    'settings/fast: it does not fit at max_retries',
    'settings/fast: it does not fit at the value',
  ])
})
