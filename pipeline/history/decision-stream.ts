import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { PipelineError } from '../../schemas/failure.ts'
import type { DecisionFeed } from './decision-feed.ts'
import { encodePositions } from './encode-positions.ts'
import { readDecision } from './read-decision.ts'
import { readMissed } from './read-missed.ts'
import { ruleOfKey } from './rule-of-key.ts'
import type { TopicLog } from './topic-log.ts'

export interface StreamBounds {
  /** Most events that wait for a client, and most characters of them. */
  readonly waitingMax: number
  readonly waitingCharactersMax: number
  readonly heartbeatMs: number
}

export interface DecisionStreamOptions {
  readonly feed: DecisionFeed
  readonly log: TopicLog
  readonly ruleId?: string | undefined
  readonly outcome?: string | undefined
  /** Where the client was, by partition; from now on where it is absent. */
  readonly after?: readonly number[] | undefined
  readonly bounds: StreamBounds
}

/** How long a browser waits before it connects again. */
const RECONNECT_MS = 2000
/** Heartbeats in a row that a client does not read before it is cut off. */
const UNREAD_MAX = 2
const RETRY_MS = 1000

/**
 * The decisions of a process as server-sent events, for one client.
 *
 * Shape:  `decision` events, each with an `id` to go on from; `dropped` with a count where the client was too slow for the
 *         events that waited; a comment as heartbeat. Ends by `finish`, or is destroyed when the client goes or reads no more.
 * State:  what waits for the client, within the bounds. What it missed is read from the topic at its own pace.
 */
export class DecisionStream extends Readable {
  private readonly options: DecisionStreamOptions
  private readonly heartbeat: NodeJS.Timeout
  private waiting: string[] = []
  private characters = 0
  private dropped = 0
  private unread = 0
  /** False while what was missed is read: what is new waits. */
  private isLive = false
  private isOver = false
  private hasRoom = true
  /** Of each partition, what lies before was sent, or is not wanted. */
  private reached: number[] = []
  private onRoom: (() => void) | null = null
  private unlisten: () => void = () => undefined

  constructor(options: DecisionStreamOptions) {
    super({ encoding: 'utf8' })
    this.options = options
    this.heartbeat = setInterval(() => {
      this.beat()
    }, options.bounds.heartbeatMs)
    this.push(`retry: ${RECONNECT_MS}\n\n`)
    if (options.after === undefined) this.join()
    else
      this.catchUp(options.after).catch((error: unknown) => {
        this.destroy(error instanceof Error ? error : new Error(String(error)))
      })
    this.isLive = options.after === undefined
  }

  override _read(): void {
    this.hasRoom = true
    this.unread = 0
    this.flush()
    this.onRoom?.()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.leave()
    this.waiting = []
    this.onRoom?.()
    callback(error)
  }

  /** Sends what waits, and ends. */
  finish(): void {
    if (this.isOver) return
    this.leave()
    for (const text of this.waiting.splice(0)) this.push(text)
    this.push(null)
  }

  private leave(): void {
    this.isOver = true
    clearInterval(this.heartbeat)
    this.unlisten()
  }

  private join(): void {
    this.unlisten = this.options.feed.listen(({ ruleId, partition, offset, value, id }) => {
      if (offset < (this.reached[partition] ?? 0)) return
      const text = this.eventOf(ruleId, value, id)
      if (text !== null) this.offer(text)
    })
  }

  private eventOf(ruleId: string | null, value: Buffer | null, id: string): string | null {
    const wanted = this.options
    if (value === null || ruleId === null || (wanted.ruleId !== undefined && ruleId !== wanted.ruleId))
      return null
    const decision = readDecision(value)
    if (decision === null || (wanted.outcome !== undefined && decision.outcome !== wanted.outcome))
      return null
    return `event: decision\nid: ${id}\ndata: ${decision.text}\n\n`
  }

  private offer(text: string): void {
    const { waitingMax, waitingCharactersMax } = this.options.bounds
    if (this.waiting.length >= waitingMax || this.characters + text.length > waitingCharactersMax) {
      this.dropped++
      return
    }
    this.tellDropped()
    this.wait(text)
    this.flush()
  }

  private tellDropped(): void {
    if (this.dropped === 0) return
    this.wait(`event: dropped\ndata: {"count":${this.dropped}}\n\n`)
    this.dropped = 0
  }

  private wait(text: string): void {
    this.waiting.push(text)
    this.characters += text.length
  }

  private flush(): void {
    if (!this.isLive) return
    let sent = 0
    for (; this.hasRoom && sent < this.waiting.length; sent++) this.send(this.waiting[sent] ?? '')
    this.characters -= this.waiting.splice(0, sent).reduce((sum, text) => sum + text.length, 0)
    if (this.hasRoom && this.dropped > 0) {
      this.tellDropped()
      this.flush()
    }
  }

  private send(text: string): void {
    this.hasRoom = this.push(text)
  }

  private beat(): void {
    if (this.hasRoom) {
      this.send(': still here\n\n')
      return
    }
    // It would hold what waits for it, and its place, for good.
    this.unread++
    if (this.unread > UNREAD_MAX) this.destroy()
  }

  private async room(): Promise<void> {
    while (!this.hasRoom && !this.isOver) {
      await new Promise<void>(resolve => {
        this.onRoom = resolve
      })
    }
  }

  /** Reads what was missed, until what is new can wait for the rest of it. */
  private async catchUp(after: readonly number[]): Promise<void> {
    const { feed, bounds } = this.options
    this.reached = await this.startAfter(after)
    for (let isLast = false; !isLast && !this.isOver;) {
      const goal = feed.positions ?? []
      const missed = goal.map((to, partition) => Math.max(0, to - (this.reached[partition] ?? to)))
      isLast = missed.reduce((sum, count) => sum + count, 0) <= bounds.waitingMax / 2
      if (isLast) this.join()
      await this.insist(() => this.sendMissed(goal))
    }
    this.isLive = true
    this.flush()
  }

  /** Another process may have been further than this one is; what lies behind the end is of another topic by that name. */
  private async startAfter(after: readonly number[]): Promise<number[]> {
    const { feed, log } = this.options
    while (feed.positions === null && !this.isOver) await delay(RETRY_MS)
    const goal = feed.positions ?? []
    if (goal.every((to, partition) => (after[partition] ?? to) <= to))
      return goal.map((to, partition) => after[partition] ?? to)
    const ends = (await this.insist(() => log.ends())) ?? []
    return goal.map((to, partition) => {
      const position = after[partition] ?? to
      return position > Math.max(to, ends[partition] ?? to) ? to : position
    })
  }

  private async sendMissed(goal: readonly number[]): Promise<void> {
    const { reached } = this
    for await (const { partition, records, nextOffset } of readMissed(this.options.log, [...reached], goal)) {
      for (const { offset, key, value } of records) {
        reached[partition] = offset + 1
        const text = this.eventOf(ruleOfKey(key), value, encodePositions(reached))
        if (text === null) continue
        await this.room()
        if (this.isOver) return
        this.send(text)
      }
      reached[partition] = nextOffset
    }
  }

  /** While Kafka is away, what was sent counts, and the rest follows. */
  private async insist<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!this.isOver) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof PipelineError && error.retryable)) throw error
        await delay(RETRY_MS)
      }
    }
    return undefined
  }
}
