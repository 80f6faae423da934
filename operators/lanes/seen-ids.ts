import type { Work } from '../../schemas/work.ts'
import { idsKeptMs, WORK_IDS_MS } from './ids-kept-ms.ts'
import { OldestFirstMap } from '../oldest-first-map.ts'

export interface SeenIdsOptions {
  /** An `event_id` is judged once for each (rule, key) within this time, by append time, in milliseconds. */
  readonly dedupeMs: number
  /** Most ids of each kind remembered; past it the oldest is forgotten. */
  readonly idsMax: number
}

/** Which work ids a lane holds or has decided, and which events it has judged. */
export interface SeenIds {
  /** Ids remembered, of the kind of which there are most; at most `idsMax`. */
  readonly count: number
  /** True when the work id is held or decided, or the event was judged for this rule and key within `dedupeMs`. */
  isRepeat(work: Work, arrivedAtMs: number): boolean
  hold(work: Work, arrivedAtMs: number): void
  isHeld(workId: string): boolean
  /** `judged` is false for undecided and cancelled windows: their events may come again. */
  decide(
    work: Pick<Work, 'work_id' | 'rule_id' | 'key'>,
    event: { eventId: string; arrivedAtMs: number; decidedAtMs: number; judged: boolean },
  ): void
}

/**
 * Remembers ids for one lane, in two maps of at most `idsMax`, and one entry for each held record.
 *
 * Time: append time, and that of decisions, as far as the youngest record of the lane has got. Ids are forgotten when they are
 *       too old to count; those of events ten minutes later than that, since append times may go back.
 */
export function seenIds({ dedupeMs, idsMax }: SeenIdsOptions): SeenIds {
  const held = new Set<string>()
  /** When it was decided. */
  const decided = new OldestFirstMap<number>(idsMax)
  /** When it arrived. */
  const events = new OldestFirstMap<number>(idsMax)
  const keptMs = idsKeptMs(dedupeMs)
  let latestMs = -Infinity
  const remember = (event: string, arrivedAtMs: number) => {
    if (dedupeMs > 0) events.set(event, arrivedAtMs)
  }
  const moveTo = (arrivedAtMs: number) => {
    if (arrivedAtMs <= latestMs) return
    latestMs = arrivedAtMs
    decided.forget(decidedAtMs => decidedAtMs < latestMs - keptMs)
    events.forget(firstMs => firstMs < latestMs - dedupeMs - WORK_IDS_MS)
  }
  return {
    get count() {
      return Math.max(decided.size, events.size)
    },
    isRepeat(work, arrivedAtMs) {
      if (held.has(work.work_id) || decided.has(work.work_id)) return true
      const firstMs = events.get(eventOf(work, work.event.event_id))
      return firstMs !== undefined && arrivedAtMs - firstMs <= dedupeMs
    },
    hold(work, arrivedAtMs) {
      moveTo(arrivedAtMs)
      held.add(work.work_id)
      remember(eventOf(work, work.event.event_id), arrivedAtMs)
    },
    isHeld: workId => held.has(workId),
    decide(work, { eventId, arrivedAtMs, decidedAtMs, judged }) {
      held.delete(work.work_id)
      decided.set(work.work_id, Math.max(decidedAtMs, latestMs))
      const event = eventOf(work, eventId)
      const rememberedMs = events.get(event) ?? -1
      if (judged && rememberedMs < arrivedAtMs) remember(event, arrivedAtMs)
      // One that arrived again meanwhile is held, or was judged since.
      if (!judged && rememberedMs === arrivedAtMs) events.delete(event)
    },
  }
}

// Ids of rules have no separator in them; the key's length keeps key and event id apart.
function eventOf({ rule_id, key }: Pick<Work, 'rule_id' | 'key'>, eventId: string): string {
  return `${rule_id}|${key.length}|${key}${eventId}`
}
