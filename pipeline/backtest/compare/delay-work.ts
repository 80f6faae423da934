import { dueHeap } from '../../../operators/windows/due-heap.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { PlayedRecord } from '../../playing/played-record.ts'
import type { RecordedRecord } from '../../recordings/recorded-record.ts'

export interface DelayWorkOptions {
  /** When a record of `work` was taken at the earliest, epoch milliseconds; null where that is not known. */
  readonly takenAtMs: (record: RecordedRecord) => number | null
  readonly heldMax?: number
}

/** Most records that are held back at once. */
const HELD_BACK_MAX = 100_000

/**
 * Plays the records of `work` when they were taken, where that was later than they arrived: a record may have been underway
 * when a timer fired that was due after it arrived.
 *
 * Shape:  every record once. Those of a partition keep their order, those of others go on meanwhile.
 * Time:   `timestampMs` stays that of its arrival; `playAtMs` is when it is played.
 * State:  the records that are held back, at most `heldMax`.
 * Errors: those of the batches; more records to be held back are `recording_invalid`.
 */
export async function* delayWork(
  batches: AsyncIterable<readonly RecordedRecord[]>,
  { takenAtMs, heldMax = HELD_BACK_MAX }: DelayWorkOptions,
): AsyncGenerator<readonly PlayedRecord[]> {
  const held = dueHeap<Held>()
  const reachedMs = new Map<string, number>()
  let count = 0
  for await (const batch of batches) {
    const ready: PlayedRecord[] = []
    for (const record of batch) {
      const lane = `${record.topic}/${record.partition}`
      const playAtMs = Math.max(record.timestampMs, reachedMs.get(lane) ?? 0, takenAtMs(record) ?? 0)
      reachedMs.set(lane, playAtMs)
      held.push({ dueMs: playAtMs, firstOffset: count++, record: { ...record, playAtMs } })
      releaseTo(record.timestampMs, ready)
      if (held.size > heldMax) throw tooMany(heldMax, lane)
    }
    yield ready
  }
  const rest: PlayedRecord[] = []
  releaseTo(Infinity, rest)
  yield rest

  function releaseTo(timeMs: number, ready: PlayedRecord[]): void {
    for (let next = held.peek(); next !== undefined && next.dueMs <= timeMs; next = held.peek()) {
      held.pop()
      ready.push(next.record)
    }
  }
}

interface Held {
  readonly dueMs: number
  readonly firstOffset: number
  readonly record: PlayedRecord
}

function tooMany(heldMax: number, lane: string): PipelineError {
  const message = `more than ${heldMax} records of ${lane} were taken later than they arrived: these decisions are not of this recording`
  return new PipelineError('recording_invalid', message)
}
