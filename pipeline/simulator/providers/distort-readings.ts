import type { LimitReading } from '../create-admission.ts'
import type { SimulatorSettings } from '../parse-simulator-settings.ts'

const UNITS_PER_MINUTE = 6

/** What is told of the limits: as they are, or one of the lies that customers of real providers have been told. */
export function distortReadings(
  readings: readonly LimitReading[],
  manner: SimulatorSettings['rateLimitHeaders'],
): readonly LimitReading[] {
  if (manner === 'minus_one') return readings.map(reading => ({ ...reading, limit: -1, remaining: -1 }))
  if (manner !== 'other_unit') return readings
  return readings.map(reading => ({
    ...reading,
    limit: Math.floor(reading.limit / UNITS_PER_MINUTE),
    remaining: Math.floor(reading.remaining / UNITS_PER_MINUTE),
  }))
}
