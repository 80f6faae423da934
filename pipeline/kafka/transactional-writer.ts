import type { Producer, Transaction } from 'kafkajs'
import { Partitioners } from 'kafkajs'
import type { OutputRecord } from '../../operators/lanes/lane.ts'
import type { Config } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { kafkaClient } from './kafka-client.ts'
import { kafkaErrorType } from './kafka-error-type.ts'
import type { KafkaLog } from './kafka-settings.ts'
import { firstOffsetOf } from './lanes/first-offset-of.ts'
import type { PlacedRecords } from './lanes/commit-transaction.ts'
import { cutRecords } from './lanes/cut-records.ts'
import { fencePreviousOwner } from './lanes/fence-previous-owner.ts'
import { writtenHeaders } from './written-headers.ts'

const TRANSACTION_TIMEOUT_MS = 15_000
const tooLargeTypes = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])
const fencedTypes = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING'])

export interface TransactionalWriterOptions {
  readonly config: Config['kafka']
  /** After the prefix of the topics: there is one writer of this name for a deployment. */
  readonly name: string
  readonly log?: KafkaLog
}

/** Writes in transactions, one at a time. The next writer of its name that begins fences it: `writer_fenced` from then on. */
export class TransactionalWriter {
  readonly #producer: Producer
  readonly #name: string

  constructor({ config, name, log }: TransactionalWriterOptions) {
    this.#name = name
    this.#producer = kafkaClient(config, 'producer', log).producer({
      transactionalId: `${config.topic_prefix}${name}`,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    })
  }

  /** From here on no other writer of this name commits anything, and what one has left open is undone. */
  async begin(): Promise<void> {
    await this.#producer.connect()
    await fencePreviousOwner(this.#producer)
  }

  /** Writes all of the records or none; null, with none written, when a topic refuses one for its size. */
  async write(records: readonly OutputRecord[]): Promise<readonly PlacedRecords[] | null> {
    const transaction = await this.#producer.transaction()
    const placed: PlacedRecords[] = []
    try {
      for (const chunk of cutRecords(records)) placed.push(await send(transaction, chunk))
      await transaction.commit()
      return placed
    } catch (error) {
      // Left open, it would hold up the readers of its topics until it times out.
      if (transaction.isActive()) await transaction.abort().catch(() => undefined)
      const type = kafkaErrorType(error) ?? ''
      if (tooLargeTypes.has(type)) return null
      if (!fencedTypes.has(type)) throw error
      const message = `another ${this.#name} has begun, and this one has ended`
      throw new PipelineError('writer_fenced', message, { cause: error })
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }
}

async function send(transaction: Transaction, chunk: readonly OutputRecord[]): Promise<PlacedRecords> {
  const [first] = chunk
  if (first === undefined) throw new TypeError('an empty chunk')
  const { topic, partition } = first
  const messages = chunk.map(({ key, value, headers = {} }) => {
    return { key, value, partition, headers: writtenHeaders(headers) }
  })
  // One partition for each send: kafkajs loses acknowledged records when a leader dies during a send to several.
  const answers = await transaction.send({ topic, acks: -1, messages })
  return { topic, partition, endOffset: firstOffsetOf(answers, { topic, partition }) + chunk.length }
}
