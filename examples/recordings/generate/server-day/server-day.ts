import { dayOf } from '../day.ts'
import type { GeneratedDay } from '../generated-day.ts'
import { hostDisks } from './host-disks.ts'
import { hostMetrics } from './host-metrics.ts'
import { hostStates } from './host-states.ts'
import { logLines } from './log-lines.ts'
import { healthChecks } from './health-checks.ts'

/** A Tuesday of the servers of a shop: metrics, health, states and logs, with a few incidents and what only looks like one. */
export function serverDay(seed: number): GeneratedDay {
  const day = dayOf('2026-11-17')
  const parts = [hostMetrics, hostDisks, hostStates, healthChecks, logLines].map(part => part(day, seed))
  return {
    name: 'server-day',
    fromMs: day.startMs,
    toMs: day.endMs,
    partitions: { metrics: 2, services: 1, logs: 2 },
    emissions: parts.flatMap(({ emissions }) => emissions),
    planted: parts.flatMap(({ planted }) => planted),
  }
}
