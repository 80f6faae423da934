import { expect, test } from 'vitest'
import { ModelStatistics } from '../../../operators/gateway/statistics/model-statistics.ts'
import type { Telemetry } from '../../../operators/telemetry.ts'
import { countModels } from '../../../pipeline/models/count-models.ts'
import { silentTelemetry } from '../../support/silent-telemetry.ts'

const call = {
  model: 'fast',
  result: 'ok',
  code: null,
  isRetry: false,
  durationMs: 1,
  waitedMs: 0,
  priority: 'low',
} as const

test('counts at the model that it concerns, and passes everything on', () => {
  const told: unknown[][] = []
  const note =
    (name: string) =>
    (...what: unknown[]) =>
      void told.push([name, ...what])
  const telemetry: Telemetry = {
    ...silentTelemetry,
    modelCalled: note('called'),
    modelTokens: note('tokens'),
    callsAbandoned: note('abandoned'),
    answered: note('answered'),
    fellBack: note('fell back'),
    eventsReceived: note('received'),
  }
  const statistics = new Map([
    ['fast', new ModelStatistics()],
    ['other', new ModelStatistics()],
  ])
  const counting = countModels(telemetry, statistics)
  const fallback = { from: 'fast', to: 'other', code: 'model_busy' }
  counting.eventsReceived('signals', 1, 0)
  counting.modelCalled(call)
  counting.modelCalled({ ...call, model: 'unknown' })
  counting.modelTokens('other', 'rule', { input: 3, output: 1 }, 0.5)
  counting.callsAbandoned('other', 2)
  counting.answered('fast', 'hit')
  counting.fellBack(fallback)
  expect(told).toEqual([
    ['received', 'signals', 1, 0],
    ['called', call],
    ['called', { ...call, model: 'unknown' }],
    ['tokens', 'other', 'rule', { input: 3, output: 1 }, 0.5],
    ['abandoned', 'other', 2],
    ['answered', 'fast', 'hit'],
    ['fell back', fallback],
  ])
  expect(statistics.get('fast')?.figures).toMatchObject({ calls: 1, hits: 1, fallbacks: 1, cost_usd: 0 })
  expect(statistics.get('other')?.figures).toMatchObject({
    calls: 0,
    hits: 0,
    fallbacks: 0,
    results: { abandoned: 2 },
    tokens: { input: 3, output: 1 },
    cost_usd: 0.5,
  })
})
