import type { LogRecord } from '../../operators/lanes/lane.ts'
import { DecisionRing, type DecisionRingOptions } from './decision-ring.ts'
import { encodePositions } from './encode-positions.ts'
import { ruleOfKey } from './rule-of-key.ts'
import type { LogSlice } from './topic-log.ts'

/** From where one partition is followed. */
export interface FollowedFrom {
  readonly offset: number
  /** What lies before `offset` is no younger than this. */
  readonly beforeMs: number
  /** Where the partition begins and where it ended when the following began: what lies before its end is history. */
  readonly begin: number
  readonly end: number
}

/** A decision that was made while this process looked on. */
export interface FedDecision {
  readonly ruleId: string
  readonly partition: number
  readonly offset: number
  readonly value: Buffer
  /** The positions behind it: whoever goes on from there misses nothing and gets nothing twice. */
  readonly id: string
}

type Listener = (decision: FedDecision) => void

/** What follows the decisions topic hands over here: the newest are kept for the history, and each is told to who listens. */
export class DecisionFeed {
  readonly ring: DecisionRing
  private readonly listeners = new Set<Listener>()
  private from: readonly FollowedFrom[] = []
  private reached: number[] = []

  constructor(options: DecisionRingOptions) {
    this.ring = new DecisionRing(options)
  }

  open(from: readonly FollowedFrom[]): void {
    this.from = from
    this.reached = from.map(({ offset }) => offset)
    this.ring.open(from.map(({ offset, beforeMs }) => ({ offset, atMs: beforeMs })))
  }

  take(partition: number, { records, nextOffset }: LogSlice): void {
    for (const record of records) this.takeRecord(partition, record)
    this.reached[partition] = nextOffset
  }

  /** Where a listener that begins now begins, by partition; null while the topic could not be read yet. */
  get positions(): readonly number[] | null {
    if (this.from.length === 0) return null
    return this.from.map(({ end }, partition) => Math.max(end, this.reached[partition] ?? 0))
  }

  /** How far the ring has been filled in a partition; 0 while nothing was read. */
  filledTo(partition: number): number {
    return this.reached[partition] ?? 0
  }

  /** Whether all that was there when the following began has been read. */
  get isCurrent(): boolean {
    return (
      this.from.length > 0 && this.from.every(({ end }, partition) => (this.reached[partition] ?? 0) >= end)
    )
  }

  /** Where each partition began; null while the topic could not be read yet. */
  get begins(): readonly number[] | null {
    return this.from.length === 0 ? null : this.from.map(({ begin }) => begin)
  }

  /** Returns what ends it. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  private takeRecord(partition: number, { offset, timestampMs: atMs, key, value }: LogRecord): void {
    const ruleId = ruleOfKey(key)
    this.reached[partition] = offset + 1
    if (ruleId === null || value === null) return
    const kept = { ruleId, partition, offset, atMs, value: copyOf(value) }
    this.ring.add(kept)
    const isNew = offset >= (this.from[partition]?.end ?? 0)
    if (isNew && this.listeners.size > 0) this.tell(kept)
  }

  private tell(decision: Omit<FedDecision, 'id'>): void {
    const id = encodePositions(this.positions ?? [])
    for (const listener of this.listeners) listener({ ...decision, id })
  }
}

/** Not out of a pool: a few bytes that are kept would keep all of their pool. */
function copyOf(value: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(value.length)
  value.copy(own)
  return own
}
