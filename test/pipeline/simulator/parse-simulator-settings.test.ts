import { expect, test } from 'vitest'
import { parseSimulatorSettings } from '../../../pipeline/simulator/parse-simulator-settings.ts'
import { PipelineError } from '../../../schemas/failure.ts'

test('what is named beside a profile goes over it', () => {
  expect(parseSimulatorSettings({ profile: 'P5' })).toMatchObject({
    quotaWindow: 'bucket',
    quotaSpanMs: 10_000,
    requestsPerMinute: 600,
  })
  expect(parseSimulatorSettings({ profile: 'P5', requestsPerMinute: 60 })).toMatchObject({
    quotaWindow: 'bucket',
    requestsPerMinute: 60,
  })
})

test('another profile leaves nothing of the quotas before it, and all the rest', () => {
  const holding = parseSimulatorSettings({
    profile: 'P6',
    latencyMs: 20,
    minuteMs: 10_000,
    retryAfter: 300,
    outputTokensPerMinute: 5,
  })
  expect(parseSimulatorSettings({ profile: 'P9' }, holding)).toEqual({
    ...parseSimulatorSettings({ profile: 'P9' }),
    latencyMs: 20,
    minuteMs: 10_000,
    retryAfter: 300,
  })
})

test.each([
  [15, { minMs: 15, maxMs: 15 }],
  ['15:75', { minMs: 15, maxMs: 75 }],
  [
    { minMs: 0, maxMs: 60_000 },
    { minMs: 0, maxMs: 60_000 },
  ],
])('reads %o as the time that a message is under way', (networkMs, range) => {
  expect(parseSimulatorSettings({ networkMs }).networkMs).toEqual(range)
})

test.each([
  [{ profile: 'P10' }, 'profile'],
  [{ networkMs: '75:15' }, 'networkMs'],
  [{ networkMs: 60_001 }, 'networkMs'],
  [{ networkMs: -1 }, 'networkMs'],
  [{ errorStatus: [] }, 'errorStatus'],
  [{ errorStatus: [200] }, 'errorStatus'],
  [{ provider: 'nobody' }, 'provider'],
  [{ account: 'empty' }, 'account'],
  [{ rateLimitHeaders: 'zero' }, 'rateLimitHeaders'],
  [{ minuteMs: 0 }, 'minuteMs'],
  [{ unknown: 1 }, 'unknown'],
  [null, 'settings'],
  [[], 'settings'],
])('refuses %o', (input, problem) => {
  const parse = (): unknown => parseSimulatorSettings(input)
  expect(parse).toThrow(PipelineError)
  expect(parse).toThrow(problem)
})
