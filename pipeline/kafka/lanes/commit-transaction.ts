import type { Message, Producer, Transaction } from 'kafkajs'
import type { LaneTransaction, OutputRecord } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { firstOffsetOf } from './first-offset-of.ts'
import { cutRecords } from './cut-records.ts'
import { kafkaErrorType } from '../kafka-error-type.ts'
import { repeatWhileNotYet } from '../repeat-while-not-yet.ts'
import { writtenHeaders } from '../written-headers.ts'

const tooLargeTypes = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])
// While the markers of the transaction before are being written; usually one or two rounds.
const MARKERS = { everyMs: 2, forMs: 8000 }

/** Whose offset is committed, and by which producer. */
export interface CommitLink extends TopicPartition {
  readonly groupId: string
  readonly producer: Producer
}

export interface PlacedRecords extends TopicPartition {
  /** First offset behind the records. */
  readonly endOffset: number
}

/**
 * Writes the offset and the records in one Kafka transaction; answers where the records lie.
 *
 * A record that its topic refuses for its size is found by halving its send, and replaced by its `oversize` records.
 */
export async function commitTransaction(
  link: CommitLink,
  transaction: LaneTransaction,
): Promise<PlacedRecords[]> {
  let chunks = cutRecords(transaction.records)
  for (;;) {
    try {
      return await commitOnce(link, transaction, chunks)
    } catch (error) {
      if (!(error instanceof ChunkTooLarge)) throw error
      chunks = chunks.flatMap(chunk => (chunk === error.chunk ? smaller(error) : [chunk]))
    }
  }
}

class ChunkTooLarge extends Error {
  readonly chunk: readonly OutputRecord[]

  constructor(chunk: readonly OutputRecord[], cause: unknown) {
    super('a send is too large', { cause })
    this.chunk = chunk
  }
}

async function commitOnce(
  link: CommitLink,
  { offset, metadata }: LaneTransaction,
  chunks: OutputRecord[][],
): Promise<PlacedRecords[]> {
  const { producer, groupId, topic, partition } = link
  const transaction = await producer.transaction()
  // The types of kafkajs omit the metadata, which its protocol carries.
  const partitions = [{ partition, offset: `${offset}`, metadata }]
  // First, since this may be repeated: nothing is in the transaction yet.
  await repeatWhileNotYet(
    () => transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic, partitions }] }),
    MARKERS,
  )
  const placed: PlacedRecords[] = []
  for (const chunk of chunks) placed.push(await sendChunk(transaction, chunk))
  await transaction.commit()
  return placed
}

async function sendChunk(transaction: Transaction, chunk: readonly OutputRecord[]): Promise<PlacedRecords> {
  const [first] = chunk
  if (first === undefined) throw new TypeError('an empty chunk')
  const { topic, partition } = first
  try {
    // One partition for each send: kafkajs loses acknowledged records when a leader dies during a send to several.
    const answers = await transaction.send({ topic, acks: -1, messages: chunk.map(toMessage) })
    return { topic, partition, endOffset: firstOffsetOf(answers, { topic, partition }) + chunk.length }
  } catch (error) {
    if (!tooLargeTypes.has(kafkaErrorType(error) ?? '')) throw error
    await transaction.abort()
    throw new ChunkTooLarge(chunk, error)
  }
}

function toMessage({ key, value, partition, headers }: OutputRecord): Message {
  return { key, value, partition, ...(headers !== undefined && { headers: writtenHeaders(headers) }) }
}

function smaller({ chunk, cause }: ChunkTooLarge): OutputRecord[][] {
  const [first] = chunk
  if (first === undefined || chunk.length > 1) {
    const middle = Math.ceil(chunk.length / 2)
    return [chunk.slice(0, middle), chunk.slice(middle)]
  }
  if (first.oversize === undefined) {
    const message = `topic ${first.topic} refuses a record for its size, and nothing may stand in its place; raise its max.message.bytes`
    throw new PipelineError('commit_refused', message, { cause })
  }
  return cutRecords(first.oversize())
}
