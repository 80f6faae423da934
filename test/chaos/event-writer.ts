import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka, Message, Producer } from 'kafkajs'
import { campaignEvent, SOURCE_PARTITIONS } from './campaign-event.ts'

export interface EventWriterOptions {
  readonly kafka: Kafka
  readonly topic: string
  readonly seed: number
  readonly rate: number
}

/** Writes the events of a campaign at a steady rate, and each of them until the broker has acknowledged it. */
export interface EventWriter {
  /** Events made so far: they have the numbers below. */
  readonly made: () => number
  readonly acknowledged: () => number
  /** Sends whose outcome was unknown; their events were sent again. */
  readonly uncertain: () => number
  /** Makes no more, and resolves when all are acknowledged. */
  readonly finish: () => Promise<void>
  /** Gives up what is not acknowledged. */
  readonly close: () => Promise<void>
}

const TICK_MS = 50
const BATCH_MAX = 1000
/** With so many unacknowledged, as in a long outage, no more are made. */
const PENDING_MAX = 50_000
const FAILURES_MAX = 3
const FINISH_MS_MAX = 120_000

/**
 * Starts writing.
 *
 * The producer is a plain one that is resent to by hand: an idempotent one of kafkajs loses count of its sequences when
 * an answer is lost, and may then take a new record for a repeat. Sends carry one partition each, for the same reason.
 */
export async function eventWriter(options: EventWriterOptions): Promise<EventWriter> {
  const { seed, rate } = options
  const lanes = Array.from({ length: SOURCE_PARTITIONS }, (_, partition) => new Sender(options, partition))
  const later: { readonly atMs: number; readonly n: number }[] = []
  let made = 0
  const startedMs = performance.now()
  const push = (n: number) => {
    const event = campaignEvent(seed, n)
    lanes[event.partition]?.pending.push(messageOf(event))
    return event
  }
  const pending = () => lanes.reduce((sum, lane) => sum + lane.pending.length, 0)
  const make = () => {
    const nowMs = performance.now()
    const due = Math.floor(((nowMs - startedMs) / 1000) * rate)
    for (; made < due && pending() < PENDING_MAX; made++) {
      const { repeatedAfterMs } = push(made)
      if (repeatedAfterMs !== null) later.push({ atMs: nowMs + repeatedAfterMs, n: made })
    }
    repeatDue(nowMs)
  }
  const repeatDue = (nowMs: number) => {
    const due = later.filter(({ atMs }) => atMs <= nowMs)
    later.splice(0, later.length, ...later.filter(({ atMs }) => atMs > nowMs))
    for (const { n } of due) push(n)
  }
  const timer = setInterval(make, TICK_MS)
  const running = Promise.all(lanes.map(lane => lane.run()))
  const stop = () => {
    clearInterval(timer)
    for (const lane of lanes) lane.stopping = true
  }
  return {
    made: () => made,
    acknowledged: () => lanes.reduce((sum, lane) => sum + lane.acknowledged, 0),
    uncertain: () => lanes.reduce((sum, lane) => sum + lane.uncertain, 0),
    finish: async () => {
      stop()
      repeatDue(Infinity)
      const tooLate = delay(FINISH_MS_MAX, 'late', { ref: false })
      if ((await Promise.race([running, tooLate])) === 'late')
        throw new Error('the broker does not acknowledge')
    },
    close: async () => {
      stop()
      for (const lane of lanes) lane.pending.length = 0
      await running
    },
  }
}

class Sender {
  readonly pending: Message[] = []
  acknowledged = 0
  uncertain = 0
  stopping = false
  private readonly options: EventWriterOptions
  private readonly partition: number

  constructor(options: EventWriterOptions, partition: number) {
    this.options = options
    this.partition = partition
  }

  async run(): Promise<void> {
    let producer = await this.connect()
    let failures = 0
    while (!this.stopping || this.pending.length > 0) {
      if (this.pending.length === 0) {
        await delay(TICK_MS / 2)
        continue
      }
      failures = (await this.send(producer)) ? 0 : failures + 1
      if (failures === 0) continue
      await delay(100)
      if (failures % FAILURES_MAX !== 0) continue
      await producer.disconnect().catch(() => undefined)
      producer = await this.connect()
    }
    await producer.disconnect().catch(() => undefined)
  }

  private async send(producer: Producer): Promise<boolean> {
    const messages = this.pending.slice(0, BATCH_MAX)
    try {
      const { topic } = this.options
      const placed = messages.map(message => ({ ...message, partition: this.partition }))
      const answers = await producer.send({ topic, acks: -1, timeout: 5000, messages: placed })
      if (answers.some(({ errorCode }) => errorCode === 0)) {
        this.pending.splice(0, messages.length)
        this.acknowledged += messages.length
        return true
      }
    } catch {
      // Written or not, nobody knows: it is sent again, and a repeat is what the pipeline has to see through.
    }
    this.uncertain += 1
    return false
  }

  private async connect(): Promise<Producer> {
    for (;;) {
      const producer = this.options.kafka.producer({ allowAutoTopicCreation: false })
      try {
        await producer.connect()
        return producer
      } catch {
        // The broker is away; the campaign brings it back.
        await delay(200)
        if (this.stopping && this.pending.length === 0) return producer
      }
    }
  }
}

function messageOf({ n, key, type, garbage }: ReturnType<typeof campaignEvent>): Message {
  const timestamp = new Date().toISOString()
  const event = { event_id: `e-${n}`, event_type: type, timestamp, data: { n, name: key } }
  return { key, value: garbage ?? JSON.stringify(event) }
}
