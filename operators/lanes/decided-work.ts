import type { Decision } from '../../schemas/decision.ts'
import type { LogRecord } from './lane.ts'

/** The work from the committed offset on that an earlier incarnation of the lane has decided. */
export interface DecidedWork {
  add(decision: Decision): void
  /** True once for a record that a decision has named. */
  take(record: LogRecord): boolean
  /** The highest offset that was named; -1 without any. */
  readonly highest: number
  readonly size: number
}

/**
 * Knows a record by its offset and by when it arrived, or by its work id where it was a repeat: after its topic was deleted
 * and made again the offsets begin at 0 anew, and those alone would take new work for decided.
 */
export function decidedWork(committedOffset: number): DecidedWork {
  const named = new Map<number, number | string>()
  let highest = -1
  const name = (workOffset: string, by: number | string) => {
    const offset = Number(workOffset)
    if (offset < committedOffset) return
    named.set(offset, by)
    highest = Math.max(highest, offset)
  }
  return {
    add({ events, repeats }) {
      for (const { work_offset, arrived_at } of events) name(work_offset, Date.parse(arrived_at))
      for (const { work_offset, work_id } of repeats) name(work_offset, work_id)
    },
    take(record) {
      const by = named.get(record.offset)
      named.delete(record.offset)
      return by === record.timestampMs || (typeof by === 'string' && isNamed(record, by))
    },
    get highest() {
      return highest
    },
    get size() {
      return named.size
    },
  }
}

function isNamed({ value, offset }: LogRecord, workId: string): boolean {
  try {
    const work: unknown = JSON.parse(String(value))
    if (typeof work !== 'object' || work === null || !('work_id' in work)) return false
    // The second is the id of a dead letter that was produced again.
    return work.work_id === workId || `${String(work.work_id)}#r${offset}` === workId
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
