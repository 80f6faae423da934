import type Cluster from 'kafkajs/src/cluster/index.js'
import type { RangeBound } from '../../recordings/record/range-bound.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { topicOffsets } from '../reading/topic-offsets.ts'

/** A part of a partition. */
export interface PartitionRange extends TopicPartition {
  readonly from: number
  /** It begins with the first record behind `from` that is no older; absent where it begins at `from`. */
  readonly fromMs?: number
  /** Behind its last offset; null where it has no end. */
  readonly to: number | null
  /** It ends before the first record that is no older; absent where it ends at `to`. */
  readonly toMs?: number
  /** Where it is going to end, as far as it can be told without reading it. */
  readonly expectedTo: number | null
}

export interface FindRangesOptions {
  readonly topics: readonly string[]
  readonly from: RangeBound
  /** Null for what is still to come. */
  readonly to: RangeBound | null
}

/**
 * The parts of all partitions of topics between two bounds, of what is committed now. The cluster knows the topics.
 *
 * A broker looks times up among markers of transactions as well, which have its own time: where it leads is never too late,
 * and may be too early.
 */
export async function findRanges(
  cluster: Cluster,
  { topics, from, to }: FindRangesOptions,
): Promise<readonly PartitionRange[]> {
  const ranges: PartitionRange[] = []
  for (const topic of topics) {
    // Times are looked up before the ends: what comes in between is not passed over then.
    const froms = await offsetsAt(cluster, topic, from)
    const tos = to === null ? [] : await offsetsAt(cluster, topic, to)
    const begins = await topicOffsets(cluster, topic, { fromBeginning: true })
    const ends = await topicOffsets(cluster, topic, { fromBeginning: false })
    for (const [partition, end] of ends.entries()) {
      const within = (offset: number) => Math.min(Math.max(offset, begins[partition] ?? 0), end)
      const found = { from: within(froms[partition] ?? end), to: within(tos[partition] ?? end), end }
      ranges.push({ topic, partition, ...rangeOf(found, from, to) })
    }
  }
  return ranges
}

interface Found {
  readonly from: number
  readonly to: number
  readonly end: number
}

function rangeOf(
  found: Found,
  from: RangeBound,
  to: RangeBound | null,
): Omit<PartitionRange, 'topic' | 'partition'> {
  const begin = { from: found.from, ...(from.kind === 'time' && { fromMs: from.at }) }
  if (to === null) return { ...begin, to: null, expectedTo: null }
  const expectedTo = Math.max(found.from, found.to)
  if (to.kind === 'time') return { ...begin, to: found.end, toMs: to.at, expectedTo }
  return { ...begin, to: expectedTo, expectedTo }
}

/** Absent for a partition where the bound is its end. */
async function offsetsAt(
  cluster: Cluster,
  topic: string,
  { kind, at }: RangeBound,
): Promise<readonly (number | undefined)[]> {
  if (kind === 'latest') return []
  if (kind === 'earliest') return topicOffsets(cluster, topic, { fromBeginning: true })
  if (kind === 'offset') return cluster.findTopicPartitionMetadata(topic).map(() => at)
  const found = await topicOffsets(cluster, topic, { fromTimestamp: Math.max(0, at) })
  return found.map(offset => (offset < 0 ? undefined : offset))
}
