import { expect, test } from 'vitest'
import { patchSettings } from '../../../pipeline/models/patch-settings.ts'
import type { ModelSettings } from '../../../schemas/model-config.ts'

type Patch = Readonly<Record<string, unknown>>

const price = { input_usd_per_million: 1, output_usd_per_million: 2 }
const some: ModelSettings = { limits: { requests_per_minute: 240, concurrency: 4 }, max_retries: 5, price }

test.each<[string, ModelSettings, Patch, ModelSettings]>([
  ['adds', {}, { limits: { requests_per_minute: 240 } }, { limits: { requests_per_minute: 240 } }],
  ['keeps what it does not name', some, { max_retries: 1 }, { ...some, max_retries: 1 }],
  [
    'replaces within limits',
    some,
    { limits: { concurrency: 'none' } },
    { ...some, limits: { requests_per_minute: 240, concurrency: 'none' } },
  ],
  [
    'takes back one limit',
    some,
    { limits: { concurrency: null } },
    { ...some, limits: { requests_per_minute: 240 } },
  ],
  ['takes back all limits', some, { limits: null, price: null, max_retries: null }, {}],
  ['takes back the last limit', { limits: { concurrency: 1 } }, { limits: { concurrency: null } }, {}],
  ['takes back what is not there', {}, { max_retries: null, limits: { concurrency: null } }, {}],
  [
    'adds to a price',
    some,
    { price: { input_usd_per_million: 3 } },
    {
      ...some,
      price: { ...price, input_usd_per_million: 3 },
    },
  ],
  ['changes nothing', some, {}, some],
])('%s', (_, settings, patch, expected) => {
  expect(patchSettings(settings, patch)).toEqual({ ok: true, settings: expected })
})

test.each<[Patch, [string, RegExp]]>([
  [{ limits: { requests_per_minute: 0 } }, ['limits.requests_per_minute', /at least 1/]],
  [{ limits: { requests_per_minute: 1.5 } }, ['limits.requests_per_minute', /whole number/]],
  [{ limits: { requests_per_minute: 'many' } }, ['limits.requests_per_minute', /whole number, or none/]],
  [{ limits: { concurrency: 10_001 } }, ['limits.concurrency', /at most 10000/]],
  [
    { limits: { requests_per_mniute: 1 } },
    ['limits.requests_per_mniute', /did you mean requests_per_minute/],
  ],
  [{ limits: { requests_per_mniute: null } }, ['limits.requests_per_mniute', /did you mean/]],
  [{ limits: { jitter_seconds: 2 } }, ['limits.jitter_seconds', /only in the configuration/]],
  [{ limits: [] }, ['limits', /mapping/]],
  [{ timeout_seconds: 5 }, ['timeout_seconds', /only in the configuration/]],
  [{ api_key: null }, ['api_key', /only in the configuration/]],
  [{ cache: {} }, ['cache', /is unknown; known here: limits, price/]],
  [{ max_retries: 21 }, ['max_retries', /at most 20/]],
  [{ base_retry_delay_seconds: 0 }, ['base_retry_delay_seconds', /more than 0/]],
  [{ max_retry_delay_seconds: 3601 }, ['max_retry_delay_seconds', /at most 3600/]],
  [{ fallback_after_seconds: '5' }, ['fallback_after_seconds', /a number, not text/]],
  [{ price: { input_usd_per_million: 1 } }, ['price.output_usd_per_million', /required/]],
  [
    { price: { input_usd_per_million: -1, output_usd_per_million: 1 } },
    ['price.input_usd_per_million', /at least 0/],
  ],
])('refuses %j', (patch, [path, message]) => {
  expect(patchSettings({}, patch)).toEqual({
    ok: false,
    problems: [{ path, message: expect.stringMatching(message) }],
  })
})

test('names everything that is wrong at once', () => {
  const patched = patchSettings(some, { limits: { concurrency: 0, x: 1 }, y: null, max_retries: -1 })
  const paths = patched.ok ? [] : patched.problems.map(({ path }) => path)
  expect(paths.toSorted()).toEqual(['limits.concurrency', 'limits.x', 'max_retries', 'y'])
})
