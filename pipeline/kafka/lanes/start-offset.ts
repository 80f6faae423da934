import { PipelineError } from '../../../schemas/failure.ts'
import type { Generation, LaneOpening } from './generation.ts'

/** Where a lane begins: at the committed offset, else where its topic says, else, when that is gone, at the earliest record. */
export async function startOffset(
  generation: Generation,
  opening: LaneOpening,
  committed: number | null,
): Promise<number> {
  const { at, outOfRange } = opening
  if (committed === null) return edgeOf(generation, opening, startsEarly(generation, at.topic))
  if (!outOfRange) return committed
  const earliest = await edgeOf(generation, opening, true)
  generation.observer.skipped?.(at.topic, 'offset_out_of_range', Math.max(0, earliest - committed))
  return earliest
}

function startsEarly({ subscription }: Generation, name: string): boolean {
  return subscription.topics.some(({ topic, from }) => topic === name && from === 'earliest')
}

async function edgeOf(
  { cluster }: Generation,
  { at: { topic, partition } }: LaneOpening,
  fromBeginning: boolean,
): Promise<number> {
  const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }])
  const offset = found?.partitions[0]?.offset
  if (offset === undefined) throw new PipelineError('lane_unavailable', `${topic}/${partition} has no leader`)
  return Number(offset)
}
