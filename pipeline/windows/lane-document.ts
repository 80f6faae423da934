import { z } from 'zod'
import { isoTime } from '../../operators/lanes/iso-time.ts'
import type { WatchedLane, WatermarkHolder } from './lane-watch.ts'

const holderSchema = z.object({
  rule_id: z.string(),
  key: z.string(),
  offset: z.string(),
  state: z.enum(['open', 'judging']).describe('Whether its window is open, or closed and not committed.'),
  arrived_at: z.string(),
  age_seconds: z.number(),
})

/** What is said of a lane of DECIDE. */
export const laneSchema = z.object({
  partition: z.int().describe('Of work.'),
  watermark: z.string().describe('The offset that may be committed.'),
  position: z.string().describe('The next offset to take.'),
  open_windows: z.int(),
  judging_windows: z.int().describe('Closed windows whose decisions are not committed.'),
  held_by: holderSchema.nullable().describe('The work at the watermark; null where nothing is held.'),
})

export type LaneDocument = z.infer<typeof laneSchema>

/** A lane as it is answered. */
export function laneDocument(lane: WatchedLane, nowMs: number): LaneDocument {
  const { partition, watermark, position, openWindows, judgingWindows, holder } = lane
  return {
    partition,
    watermark: `${watermark}`,
    position: `${position}`,
    open_windows: openWindows,
    judging_windows: judgingWindows,
    held_by: holder && holderDocument(holder, nowMs),
  }
}

function holderDocument(holder: WatermarkHolder, nowMs: number): LaneDocument['held_by'] {
  return {
    rule_id: holder.ruleId,
    key: holder.key,
    offset: `${holder.offset}`,
    state: holder.isOpen ? 'open' : 'judging',
    arrived_at: isoTime(holder.arrivedAtMs),
    // Clocks that do not agree make nothing younger than new.
    age_seconds: Math.max(0, nowMs - holder.arrivedAtMs) / 1000,
  }
}
