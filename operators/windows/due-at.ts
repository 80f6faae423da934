import { murmur2 } from '../lanes/murmur2.ts'
import type { Rule } from '../../schemas/rule.ts'

export interface Now {
  /** Append time of the event that is taken; never before that of an earlier one. Epoch milliseconds. */
  readonly arrivedAtMs: number
  /** Lane time: the wall clock for a lane at its end, so it may be a little later. */
  readonly laneMs: number
  /** When the window was due in a run before, where that is known: on an event that came about a tick it says on which side. */
  readonly knownDueMs?: number | null
}

/**
 * When a window that opens now falls due, epoch milliseconds; null when it closes with its event.
 *
 * A batch waits from the arrival of its first event. Ticks of an interval come at a phase that is spread over the keys by a
 * hash, so that keys do not all fire at once; an event that arrives exactly at a tick, or that was on its way when the tick
 * fired, belongs to the next.
 */
export function dueAt(rule: Rule, key: string, now: Now): number | null {
  const config = rule.rule_config.llm_config
  if (config === undefined || config.trigger_mode === 'realtime') return null
  if (config.trigger_mode === 'batch') return now.arrivedAtMs + (config.max_wait_seconds ?? 0) * 1000
  return tickAfter(rule, key, { ...now, periodMs: (config.interval_seconds ?? 0) * 1000 })
}

function tickAfter(rule: Rule, key: string, now: Now & { readonly periodMs: number }): number {
  const { arrivedAtMs, laneMs, periodMs, knownDueMs = null } = now
  const phaseMs = (murmur2(`${rule.rule_id}|${key}`) >>> 0) % periodMs
  const tickMs =
    Math.floor((Math.max(arrivedAtMs, laneMs) - phaseMs) / periodMs) * periodMs + phaseMs + periodMs
  const isTick = knownDueMs !== null && knownDueMs > arrivedAtMs && (knownDueMs - tickMs) % periodMs === 0
  return isTick ? knownDueMs : tickMs
}
