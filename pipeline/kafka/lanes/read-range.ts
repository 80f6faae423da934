import type Cluster from 'kafkajs/src/cluster/index.js'
import type { JournalBatch } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { fetchPartition } from './fetch-partition.ts'
import { readSlice } from './read-slice.ts'

const SLICE_BYTES_MAX = 4 * 1024 * 1024
const WAIT_MS = 50

/** A part of a partition. */
export interface ReadRangeOptions extends TopicPartition {
  readonly from: number
  /** First offset behind it. */
  readonly to: number
  /** So many fetches in a row may bring nothing; each waits for 50 ms. */
  readonly fruitlessMax: number
}

/** Reads the committed records of a part of a partition, one batch a fetch; `lane_unavailable` where no more come before its end. */
export async function* readRange(
  cluster: Cluster,
  { topic, partition, from, to, fruitlessMax }: ReadRangeOptions,
): AsyncGenerator<JournalBatch> {
  let position = from
  let fruitless = 0
  while (position < to && fruitless < fruitlessMax) {
    const slice = { topic, partition, offset: position, bytesMax: SLICE_BYTES_MAX, waitMs: WAIT_MS }
    const { records, nextOffset } = readSlice(await fetchPartition(cluster, slice), position)
    fruitless = nextOffset > position ? 0 : fruitless + 1
    position = nextOffset
    // The last fetch may bring what was written behind the end since.
    yield { records: records.filter(({ offset }) => offset < to), nextOffset: Math.min(nextOffset, to) }
  }
  if (position < to) {
    throw new PipelineError(
      'lane_unavailable',
      `${topic}/${partition} cannot be read beyond ${position}, its end is ${to}`,
    )
  }
}
