import type { Producer, Transaction } from 'kafkajs'
import { Partitioners } from 'kafkajs'
import type { OutputRecord } from '../../../operators/lanes/lane.ts'
import type { Config } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { kafkaClient } from '../kafka-client.ts'
import { kafkaErrorType } from '../kafka-error-type.ts'
import { cutRecords } from '../lanes/cut-records.ts'
import { fencePreviousOwner } from '../lanes/fence-previous-owner.ts'

const TRANSACTION_TIMEOUT_MS = 15_000
const tooLargeTypes = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])
const fencedTypes = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING'])

/** Writes replays, one transaction at a time. There is one for a deployment: the next one that begins fences the one before. */
export class ReplayProducer {
  readonly #producer: Producer

  constructor(config: Config['kafka']) {
    this.#producer = kafkaClient(config, 'producer').producer({
      transactionalId: `${config.topic_prefix}dead-letter-replay`,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    })
  }

  /** From here on no other replay commits anything, and what one has left open is undone. */
  async begin(): Promise<void> {
    await this.#producer.connect()
    await fencePreviousOwner(this.#producer)
  }

  /** Writes all of the records or none; false, with none written, when a topic refuses one for its size. */
  async write(records: readonly OutputRecord[]): Promise<boolean> {
    const transaction = await this.#producer.transaction()
    try {
      for (const chunk of cutRecords(records)) {
        if (await isTaken(transaction, chunk)) continue
        await transaction.abort()
        return false
      }
      await transaction.commit()
      return true
    } catch (error) {
      // Left open, it would hold up the readers of its topics until it times out.
      if (transaction.isActive()) await transaction.abort().catch(() => undefined)
      if (!fencedTypes.has(kafkaErrorType(error) ?? '')) throw error
      throw new PipelineError(
        'dead_letters_unavailable',
        'another replay has begun, and this one has ended',
        {
          cause: error,
        },
      )
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }
}

async function isTaken(transaction: Transaction, chunk: readonly OutputRecord[]): Promise<boolean> {
  const [first] = chunk
  if (first === undefined) return true
  const { topic, partition } = first
  const messages = chunk.map(({ key, value, headers = {} }) => ({ key, value, partition, headers }))
  try {
    // One partition for each send: kafkajs loses acknowledged records when a leader dies during a send to several.
    const answers = await transaction.send({ topic, acks: -1, messages })
    const answer = answers.find(one => one.topicName === topic && one.partition === partition)
    if (answer?.errorCode === 0) return true
    throw new PipelineError(
      'commit_failed',
      `the broker has not acknowledged the records for ${topic}/${partition}`,
    )
  } catch (error) {
    if (tooLargeTypes.has(kafkaErrorType(error) ?? '')) return false
    throw error
  }
}
