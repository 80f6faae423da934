import type { Producer } from 'kafkajs'
import { Partitioners } from 'kafkajs'
import { Observable } from 'rxjs'
import type { Lane } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { commitTime } from './position/commit-time.ts'
import { commitTransaction } from './commit-transaction.ts'
import { createLane } from './create-lane.ts'
import { fencePreviousOwner } from './fence-previous-owner.ts'
import type { Generation, LaneOpening } from './generation.ts'
import { laneFailure } from './lane-failure.ts'
import { missingTopics } from './missing-topics.ts'
import { newestCommit } from './position/newest-commit.ts'
import { startOffset } from './position/start-offset.ts'

const TRANSACTION_TIMEOUT_MS = 15_000

export interface OpenedLane {
  readonly lane: Lane
  readonly close: () => void
}

/**
 * Opens one lane: fences its previous owner, then reads what is committed, and commits the start where nothing is.
 *
 * Shape:  one lane, then completes. Whoever takes it closes it.
 * Errors: PipelineError, as a lane's.
 */
export function openLane(generation: Generation, opening: LaneOpening): Observable<OpenedLane> {
  return new Observable(subscriber => {
    const isWanted = (): boolean => !subscriber.closed
    open(generation, opening, isWanted).then(
      opened => {
        if (!isWanted()) opened.close()
        subscriber.next(opened)
        subscriber.complete()
      },
      (error: unknown) => {
        subscriber.error(error)
      },
    )
  })
}

async function open(
  generation: Generation,
  opening: LaneOpening,
  isWanted: () => boolean,
): Promise<OpenedLane> {
  const { subscription, member, producers } = generation
  const { at } = opening
  const producer = producers.producer({
    transactionalId: `${subscription.groupId}.${at.topic}.${at.partition}`,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  const link = { ...at, groupId: subscription.groupId, producer }
  const step = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work
    if (!isWanted()) throw new PipelineError('lane_unavailable', `lane ${nameOf(at)} is not owned any more`)
    return result
  }
  try {
    // A member that was asleep must not fence the owner that came after it.
    await step(member.confirm())
    await step(producer.connect())
    await step(fencePreviousOwner(producer))
    const answered = await step(member.committed(at))
    const committed = await step(newestCommit(generation, opening, { answered, isWanted }))
    const start = await step(startOffset(generation, opening, committed.offset))
    const metadata = start === committed.offset ? committed.metadata : newMetadata(generation)
    if (start !== answered.offset) {
      await step(commitTransaction(link, { offset: start, metadata, records: [] }))
    }
    generation.commits.raise(at, { offset: start, metadata, atMs: Date.now() })
    opening.outOfRange = false
    return {
      lane: createLane(generation, opening, { link, offset: start, metadata }),
      close: () => {
        discard(producer)
      },
    }
  } catch (error) {
    discard(producer)
    throw await laneFailure(error, {
      code: 'lane_unavailable',
      lane: nameOf(at),
      missingTopics: () => missingTopics(generation.producers, [at.topic]),
    })
  }
}

/** Of a position that nothing was committed for yet. */
function newMetadata({ subscription }: Generation): string {
  return subscription.outputs === undefined ? '' : commitTime.encode(Date.now())
}

// Nobody waits for it: the next owner's fence ends whatever this producer has left open.
function discard(producer: Producer): void {
  producer.disconnect().catch(() => undefined)
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
