import type { Work } from '../../schemas/work.ts'
import { OldestFirstMap } from './oldest-first-map.ts'

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
    event: { eventId: string; arrivedAtMs: number; judged: boolean },
  ): void
}

/** Remembers ids for one lane, in two maps of at most `idsMax` and one entry for each held record. */
export function seenIds({ dedupeMs, idsMax }: SeenIdsOptions): SeenIds {
  const held = new Set<string>()
  const decided = new OldestFirstMap<true>(idsMax)
  const events = new OldestFirstMap<number>(idsMax)
  const remember = (event: string, arrivedAtMs: number) => {
    if (dedupeMs > 0) events.set(event, arrivedAtMs)
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
      held.add(work.work_id)
      remember(eventOf(work, work.event.event_id), arrivedAtMs)
    },
    isHeld: workId => held.has(workId),
    decide(work, { eventId, arrivedAtMs, judged }) {
      held.delete(work.work_id)
      decided.set(work.work_id, true)
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
