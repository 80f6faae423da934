import type { SimulatorStats } from '../../../pipeline/simulator/create-stats.ts'
import type { KnownQuota } from './contender.ts'

export interface Sample {
  readonly atMs: number
  readonly stats: Pick<SimulatorStats, 'charged' | 'in_flight_ms'>
}

/**
 * Which share of the quota between two samples became calls that were answered: of requests, or of tokens by what the
 * provider charged them, or of the places at once.
 */
export function goodput({ limits, minuteMs }: KnownQuota, from: Sample, to: Sample): number {
  const elapsedMs = to.atMs - from.atMs
  const { requests_per_minute: requests, tokens_per_minute: tokens, concurrency } = limits
  if (requests !== null)
    return (to.stats.charged.requests - from.stats.charged.requests) / ((requests * elapsedMs) / minuteMs)
  if (tokens !== null)
    return (to.stats.charged.tokens - from.stats.charged.tokens) / ((tokens * elapsedMs) / minuteMs)
  return (to.stats.in_flight_ms - from.stats.in_flight_ms) / ((concurrency ?? Infinity) * elapsedMs)
}
