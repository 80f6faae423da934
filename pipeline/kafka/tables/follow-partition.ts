import type Cluster from 'kafkajs/src/cluster/index.js'
import { Observable, type Subscriber } from 'rxjs'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { fetchPartition } from '../lanes/fetch-partition.ts'
import { findOffset } from '../lanes/find-offset.ts'
import { readSlice, type Slice } from '../lanes/read-slice.ts'

const SLICE_BYTES_MAX = 1024 * 1024
/** How long a fetch waits at the end of the log; a record that comes meanwhile ends it. */
const WAIT_MS = 1000

export interface FollowPartitionOptions extends TopicPartition {
  readonly connect: () => Cluster
  /** The beginning of the log where it is undefined. */
  readonly offset: number | undefined
}

export interface FollowedSlice extends Slice {
  /** The end of the log when it was fetched, transactions that are open in it counted. */
  readonly end: number
}

/**
 * Reads the committed records of one partition, and goes on at its end.
 *
 * Shape:  endless; a slice for each fetch, also where it brought nothing.
 * State:  connections of its own, until it is unsubscribed from.
 * Errors: those of the client: whoever subscribes again goes on where this one was.
 */
export function followPartition(options: FollowPartitionOptions): Observable<FollowedSlice> {
  return new Observable(subscriber => {
    const cluster = options.connect()
    follow(cluster, options, subscriber).catch((error: unknown) => {
      subscriber.error(error)
    })
    return () => {
      // Nothing waits for it, and a connection that is gone already is no fault.
      cluster.disconnect().catch(() => undefined)
    }
  })
}

async function follow(
  cluster: Cluster,
  { topic, partition, offset }: FollowPartitionOptions,
  subscriber: Subscriber<FollowedSlice>,
): Promise<void> {
  await cluster.connect()
  await cluster.addMultipleTargetTopics([topic])
  await cluster.refreshMetadataIfNecessary()
  const at = { topic, partition }
  let position = offset ?? (await findOffset(cluster, at, { fromBeginning: true }))
  if (position === undefined)
    throw new PipelineError('topic_mismatch', `${topic} has no partition ${partition}`)
  // The first answer comes at once: it says where the end is.
  for (let waitMs = 0; !subscriber.closed; waitMs = WAIT_MS) {
    const fetch = { ...at, offset: position, bytesMax: SLICE_BYTES_MAX, waitMs }
    const fetched = await fetchPartition(cluster, fetch)
    const slice = readSlice(fetched, position)
    position = slice.nextOffset
    subscriber.next({ ...slice, end: Number(fetched.highWatermark) })
  }
}
