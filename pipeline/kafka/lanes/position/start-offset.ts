import { PipelineError } from '../../../../schemas/failure.ts'
import { findOffset } from '../find-offset.ts'
import type { Generation, LaneOpening } from '../generation.ts'

/**
 * Where a lane begins: at the committed offset, else where its topic says.
 *
 * Where the log does not hold the committed offset: at its earliest record when retention has passed the offset. At its end when
 * the log ends before the offset: then a leader was elected that had not all records, and what it has was taken before. A topic
 * that was deleted and made again is no such case, since brokers forget what groups have committed for a deleted topic.
 */
export async function startOffset(
  generation: Generation,
  opening: LaneOpening,
  committed: number | null,
): Promise<number> {
  const { at, outOfRange } = opening
  if (committed === null) return edgeOf(generation, opening, startsEarly(generation, at.topic))
  if (!outOfRange) return committed
  const earliest = await edgeOf(generation, opening, true)
  const end = await edgeOf(generation, opening, false)
  const inRange = Math.min(Math.max(committed, earliest), end)
  if (inRange !== committed) {
    const reason = inRange > committed ? 'offset_out_of_range' : 'offset_beyond_end'
    generation.observer.skipped?.(at.topic, reason, Math.abs(inRange - committed))
  }
  return inRange
}

function startsEarly({ subscription }: Generation, name: string): boolean {
  return subscription.topics.some(({ topic, from }) => topic === name && from === 'earliest')
}

async function edgeOf({ cluster }: Generation, { at }: LaneOpening, fromBeginning: boolean): Promise<number> {
  const offset = await findOffset(cluster, at, { fromBeginning })
  if (offset === undefined)
    throw new PipelineError('lane_unavailable', `${at.topic}/${at.partition} has no leader`)
  return offset
}
