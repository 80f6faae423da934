import { expect, test } from 'vitest'
import { drawFate } from '../../../pipeline/simulator/draw-fate.ts'
import { parseSimulatorSettings } from '../../../pipeline/simulator/parse-simulator-settings.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import type { SimulatorChange } from '../../../pipeline/simulator/parse-simulator-settings.ts'

const DRAWS = 20_000

function draw(change: SimulatorChange) {
  const settings = parseSimulatorSettings({ latencyMs: 'lognormal:100:0.5', ...change })
  const random = seededRandom(4)
  return Array.from({ length: DRAWS }, () => drawFate(settings, random))
}

function share<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  return items.filter(holds).length / items.length
}

test('makes each fault as often as its rate says, a hang before an error', () => {
  const fates = draw({ errorRate: 0.1, hangRate: 0.05, garbageRate: 0.2 })
  expect(share(fates, ({ fault }) => fault === 'hang')).toBeCloseTo(0.05, 2)
  expect(share(fates, ({ fault }) => fault === 'error')).toBeCloseTo(0.1 * 0.95, 2)
  expect(share(fates, ({ fault }) => fault === 'garbage')).toBeCloseTo(0.2 * 0.9 * 0.95, 2)
})

test('draws one of several statuses', () => {
  const fates = draw({ errorRate: 1, errorStatus: [503, 529] })
  expect(share(fates, ({ errorStatus }) => errorStatus === 503)).toBeCloseTo(0.5, 1)
  expect(share(fates, ({ errorStatus }) => errorStatus === 529)).toBeCloseTo(0.5, 1)
  expect(new Set(draw({ errorRate: 1 }).map(({ errorStatus }) => errorStatus))).toEqual(new Set([500]))
})

test('draws the same latencies whatever the rates are', () => {
  const latencies = (change: SimulatorChange) => draw(change).map(({ delayMs }) => delayMs)
  expect(latencies({ errorRate: 0.5, hangRate: 0.5 })).toEqual(latencies({}))
})
