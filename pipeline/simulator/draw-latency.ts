import { LATENCY_MS_MAX } from './parse-simulator-settings.ts'
import type { Latency } from './parse-simulator-settings.ts'

/** How long one answer takes, from two uniform numbers: constant, or lognormal around a median. */
export function drawLatency(latency: Latency, uniforms: readonly [number, number]): number {
  if (typeof latency === 'number') return latency
  const { medianMs, sigma } = latency
  const [first, second] = uniforms
  // Box-Muller; 1 - u keeps the logarithm finite.
  const normal = Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second)
  return Math.min(LATENCY_MS_MAX, medianMs * Math.exp(sigma * normal))
}
