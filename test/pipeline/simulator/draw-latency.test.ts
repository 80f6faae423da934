import { expect, test } from 'vitest'
import { drawLatency } from '../../../pipeline/simulator/draw-latency.ts'
import { LATENCY_MS_MAX } from '../../../pipeline/simulator/parse-simulator-settings.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'

test('is the constant when it is one', () => {
  expect(drawLatency(25, [0.9, 0.1])).toBe(25)
})

test('has the median and the spread of the lognormal', () => {
  const random = seededRandom(3)
  const draws = Array.from({ length: 20_000 }, () =>
    drawLatency({ medianMs: 200, sigma: 0.5 }, [random(), random()]),
  )
  const sorted = draws.toSorted((left, right) => left - right)
  expect(sorted[10_000]).toBeGreaterThan(194)
  expect(sorted[10_000]).toBeLessThan(206)
  // One standard deviation above the median: 200 * e^0.5.
  expect(sorted[Math.round(20_000 * 0.8413)]).toBeGreaterThan(315)
  expect(sorted[Math.round(20_000 * 0.8413)]).toBeLessThan(345)
})

test('has an upper bound', () => {
  expect(drawLatency({ medianMs: LATENCY_MS_MAX, sigma: 10 }, [0.999, 0])).toBe(LATENCY_MS_MAX)
})
