import { type Message, Partitioners, type Producer } from 'kafkajs'
import type { Config } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { Bell } from '../../tail/bell.ts'
import { kafkaClient } from '../kafka-client.ts'
import { kafkaErrorType } from '../kafka-error-type.ts'

/** A record for one partition of a topic. */
export interface SentRecord {
  readonly target: string
  readonly partition: number
  readonly message: Omit<Message, 'partition'>
  /** Counted from 0 in the file. */
  readonly index: number
  readonly bytes: number
  /** When it is due, in the sender's time. */
  readonly dueMs: number
}

export interface RecordSenderOptions {
  readonly config: Config['kafka']
  /** Records that are due now, before they go out. */
  readonly onSend: (records: readonly SentRecord[]) => void
  /** All of one partition, in the order in which they were added. */
  readonly onAcknowledged: (records: readonly SentRecord[]) => void
}

const IN_FLIGHT_BYTES_MAX = 16 * 1024 * 1024
const IN_FLIGHT_RECORDS_MAX = 20_000
/** kafkajs makes one batch of a send, and brokers limit batches. */
const CHUNK_BYTES_MAX = 512 * 1024
const CHUNK_RECORDS_MAX = 2000
/** Each sends one request at a time, to one partition: kafkajs loses acknowledged records when a leader dies during a send to several. */
const PRODUCERS = 4
/** Half a minute without a broker. */
const RETRY = { initialRetryTime: 50, maxRetryTime: 1000, retries: 30 }
const tooLargeTypes = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])

/**
 * Sends records to partitions, in order within each: idempotent, and acknowledged by all replicas.
 *
 * The first failure is the last: nothing is sent behind it, and whoever waits is told.
 */
export class RecordSender {
  readonly #options: RecordSenderOptions
  readonly #lines: readonly SendingLine[]
  readonly #places = new Map<string, Place>()
  readonly #bell = new Bell()
  #bytes = 0
  #records = 0
  #failure: Error | null = null
  #isStopped = false

  constructor(options: RecordSenderOptions) {
    this.#options = options
    const client = kafkaClient(options.config, 'producer')
    this.#lines = Array.from({ length: PRODUCERS }, () => {
      const producer = client.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        retry: RETRY,
        createPartitioner: Partitioners.DefaultPartitioner,
      })
      return { producer, places: [], isSending: false }
    })
  }

  /** Also learns where the partitions of these topics are: the first record is not to wait for it. */
  async connect(topics: readonly string[]): Promise<void> {
    const connected = this.#lines.map(async ({ producer }) => {
      await producer.connect()
      await producer.sendBatch({ acks: -1, topicMessages: topics.map(topic => ({ topic, messages: [] })) })
    })
    await Promise.all(connected)
  }

  get inFlight(): number {
    return this.#records
  }

  /** Whether more may be added now. */
  get hasRoom(): boolean {
    return (
      this.#failure === null && this.#records < IN_FLIGHT_RECORDS_MAX && this.#bytes < IN_FLIGHT_BYTES_MAX
    )
  }

  /** Resolves when more may be added, and fails where something could not be sent. */
  async room(): Promise<void> {
    while (!this.hasRoom) {
      if (this.#failure !== null) throw this.#failure
      await this.#bell.rings(1000)
    }
  }

  add(record: SentRecord): void {
    this.#bytes += record.bytes
    this.#records++
    const place = this.#placeOf(record)
    place.records.push(record)
    void this.#send(place.line)
  }

  /** Resolves when all that was added has been acknowledged, and fails where something was not. */
  async drain(): Promise<void> {
    while (this.#records > 0 && this.#failure === null) await this.#bell.rings(1000)
    if (this.#failure !== null) throw this.#failure
  }

  /** Drops what has not gone out, and resolves when the rest has been acknowledged, or could not be. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { records } of this.#places.values()) {
      for (const { bytes } of records.splice(0)) {
        this.#bytes -= bytes
        this.#records--
      }
    }
    while (this.#lines.some(({ isSending }) => isSending)) await this.#bell.rings(100)
  }

  async close(): Promise<void> {
    await Promise.all(this.#lines.map(({ producer }) => producer.disconnect()))
  }

  #placeOf({ target, partition }: SentRecord): Place {
    const name = `${target}/${partition}`
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const line = this.#lines[this.#places.size % this.#lines.length]
    if (line === undefined) throw new TypeError('no producers')
    const place: Place = { target, partition, records: [], line }
    line.places.push(place)
    this.#places.set(name, place)
    return place
  }

  // Never rejects: whoever waits is told of a failure.
  async #send(line: SendingLine): Promise<void> {
    if (line.isSending) return
    line.isSending = true
    try {
      for (let place = nextOf(line); place !== null && this.#mayGoOn; place = nextOf(line)) {
        const chunk = cut(place.records)
        this.#options.onSend(chunk)
        await this.#sendChunk(line.producer, place, chunk)
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#failure ??= error
    } finally {
      line.isSending = false
      this.#bell.ring()
    }
  }

  get #mayGoOn(): boolean {
    return this.#failure === null && !this.#isStopped
  }

  async #sendChunk(producer: Producer, place: Place, chunk: readonly SentRecord[]): Promise<void> {
    const { target, partition } = place
    try {
      const messages = chunk.map(({ message }) => ({ ...message, partition }))
      await producer.send({ topic: target, acks: -1, messages })
    } catch (error) {
      if (!tooLargeTypes.has(kafkaErrorType(error) ?? '')) throw error
      await this.#sendHalves(producer, place, { chunk, cause: error })
      return
    }
    for (const { bytes } of chunk) this.#bytes -= bytes
    this.#records -= chunk.length
    this.#options.onAcknowledged(chunk)
    this.#bell.ring()
  }

  /** A topic may take less at once than it takes by and by. */
  async #sendHalves(producer: Producer, place: Place, { chunk, cause }: RefusedChunk): Promise<void> {
    if (chunk.length === 1) {
      const size = chunk[0]?.bytes ?? 0
      const message = `topic ${place.target} refuses a record of ${size} bytes: raise its max.message.bytes`
      throw new PipelineError('record_too_large', message, { cause })
    }
    const middle = Math.ceil(chunk.length / 2)
    await this.#sendChunk(producer, place, chunk.slice(0, middle))
    await this.#sendChunk(producer, place, chunk.slice(middle))
  }
}

interface RefusedChunk {
  readonly chunk: readonly SentRecord[]
  readonly cause: unknown
}

interface SendingLine {
  readonly producer: Producer
  readonly places: Place[]
  isSending: boolean
}

interface Place {
  readonly target: string
  readonly partition: number
  /** What has not gone out. */
  readonly records: SentRecord[]
  readonly line: SendingLine
}

/** Whose first record waits longest. */
function nextOf({ places }: SendingLine): Place | null {
  let next: Place | null = null
  for (const place of places) {
    const index = place.records[0]?.index ?? Infinity
    if (index < (next?.records[0]?.index ?? Infinity)) next = place
  }
  return next
}

function cut(records: SentRecord[]): readonly SentRecord[] {
  let count = 0
  for (let bytes = 0; count < Math.min(records.length, CHUNK_RECORDS_MAX); count++) {
    bytes += records[count]?.bytes ?? 0
    if (count > 0 && bytes > CHUNK_BYTES_MAX) break
  }
  return records.splice(0, count)
}
