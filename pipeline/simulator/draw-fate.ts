import { drawLatency } from './draw-latency.ts'
import type { SimulatorSettings } from './parse-simulator-settings.ts'

/** What is done to one request on purpose. */
export interface Fate {
  readonly fault: 'hang' | 'error' | 'garbage' | undefined
  readonly errorStatus: number
  /** From 0 up to 1: which kind of garbage. */
  readonly garbageKind: number
  readonly delayMs: number
}

/** Draws always six numbers, so that changing one rate changes nothing about what a seed makes of the others. */
export function drawFate(settings: SimulatorSettings, random: () => number): Fate {
  const [error, hang, garbage, kind] = [random(), random(), random(), random()]
  return {
    fault: faultOf(settings, { error, hang, garbage }),
    errorStatus: errorStatusOf(settings, kind),
    garbageKind: kind,
    delayMs: drawLatency(settings.latencyMs, [random(), random()]),
  }
}

function faultOf(
  { hangRate, errorRate, garbageRate }: SimulatorSettings,
  { error, hang, garbage }: Readonly<Record<'error' | 'hang' | 'garbage', number>>,
): Fate['fault'] {
  if (hang < hangRate) return 'hang'
  if (error < errorRate) return 'error'
  return garbage < garbageRate ? 'garbage' : undefined
}

function errorStatusOf({ errorStatus }: SimulatorSettings, uniform: number): number {
  if (typeof errorStatus === 'number') return errorStatus
  return errorStatus[Math.floor(uniform * errorStatus.length)] ?? 500
}
