import type { Observable } from 'rxjs'

/** Null is a value that Kafka knows; a name that comes several times has all of its values. */
export type LogHeaders = Readonly<Record<string, HeaderValue | HeaderValue[] | undefined>>

export type HeaderValue = Buffer | string | null

/** A record as it lies in a log partition. Offsets are numbers here and decimal strings on every wire. */
export interface LogRecord {
  readonly offset: number
  /** Epoch milliseconds: the append time on `work`, whatever the topic is set to elsewhere. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: LogHeaders
}

export interface OutputRecord {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | string | null
  readonly value: Buffer | string | null
  readonly headers?: LogHeaders
  /** What is written in its place when its topic refuses it for its size. Those must fit: they have no `oversize` of their own. */
  readonly oversize?: () => readonly OutputRecord[]
}

/** The outputs of finished records and the offset that follows from them: all of it takes effect, or nothing. */
export interface LaneTransaction {
  /** The lowest offset of the lane that is not finished. */
  readonly offset: number
  readonly metadata: string
  readonly records: readonly OutputRecord[]
}

export interface CommitReceipt {
  /** An offset of the journal at or below its end, and above all records of this transaction; null without a journal. */
  readonly journalEnd: number | null
}

export interface JournalBatch {
  readonly records: readonly LogRecord[]
  /** First offset after this batch, markers and aborted records counted. The last batch's is the journal's end. */
  readonly nextOffset: number
}

/** From where a lane's own journal is read: the earliest of what follows. */
export interface JournalStart {
  /** The committed cursor. */
  readonly fromOffset: number
  /**
   * The first record that is no more than `memoryMs` older than `nowMs`, or than the lane's first unread record where that one
   * arrived earlier: what waits there is compared with what was decided before it, however long nobody owned the lane.
   */
  readonly memoryMs: number
  /** The wall clock, epoch milliseconds. */
  readonly nowMs: number
  /** That memory begins no more than so many records, each with a marker, before the end; the cursor may ask for more. */
  readonly recordsMax: number
}

export type LaneSignal =
  | {
      readonly kind: 'records'
      readonly records: readonly LogRecord[]
      /** The position after this batch, markers and aborted records counted. */
      readonly nextOffset: number
      /** The batch itself proves that the position has reached the last stable offset. */
      readonly atEnd: boolean
    }
  /** The position has reached the last stable offset, with nothing to deliver. */
  | { readonly kind: 'end' }

/**
 * One assigned partition of one stage, opened: the previous owner is fenced, and only then was the committed offset read.
 *
 * Shape:  `signals$` is cold; subscribing seeks to `offset` and starts delivery, in offset order. After opening, after
 *         `resume` and after a batch without `atEnd`, an `end` follows as soon as it is proven.
 * Time:   a commit ends within 12 s or fails.
 * State:  lost with the partition: the chain is unsubscribed then, and a new lane is opened for the next owner.
 * Errors: PipelineError. `commit_failed` and `lane_unavailable` close the lane and open it again; `journal_gap` stops it;
 *         `commit_refused` and `topic_missing` end the process.
 */
export interface Lane {
  readonly topic: string
  readonly partition: number
  /** First offset that is not finished. */
  readonly offset: number
  /** What was committed beside the offset; empty where nothing was. */
  readonly metadata: string
  readonly signals$: Observable<LaneSignal>
  /** Reads the own journal partition once, to the end that it has then. */
  readJournal(start: JournalStart): Observable<JournalBatch>
  /** One at a time. An empty `records` commits the offset alone. */
  commit(transaction: LaneTransaction): Observable<CommitReceipt>
  pause(): void
  resume(): void
}

/** The record of a source that an output came of. */
export interface SourcePlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What a stage writes, where it has no journal: after a broker has forgotten what was committed, this tells how far a lane was. */
export interface StageOutputs {
  readonly topics: readonly string[]
  /** Null for a record that the stage has not written. */
  readonly sourceOf: (output: LogRecord) => SourcePlace | null
}

export interface LaneSubscription {
  readonly stage: 'route' | 'decide'
  /** Consumer group of the stage. */
  readonly groupId: string
  readonly topics: readonly { readonly topic: string; readonly from: 'earliest' | 'latest' }[]
  /** The topic whose partition p is the journal of lane p; absent for a stage that holds nothing. */
  readonly journalTopic?: string
  /** Of a stage whose commits carry no metadata. */
  readonly outputs?: StageOutputs
  /** First emission: nothing more is delivered, `signals$` complete, and when the chains have completed the group is left. */
  readonly stopping$: Observable<unknown>
}

export interface StageStatus {
  readonly stage: 'route' | 'decide'
  /** Null while not a member of the group. */
  readonly assigned: number | null
  readonly open: number
  /** Why the stage is not ready, in words that name the fix; null when every assigned lane is open or all is well. */
  readonly problem: string | null
}

/**
 * Runs `chain` for every lane that this process is given, and opens lanes again after failures.
 *
 * Shape:  emits the stage's status at every change; completes after `stopping$`, when all chains have completed and the
 *         group is left.
 * State:  a lane's chain is unsubscribed when its partition is lost or its lane failed; nothing of it is kept.
 * Errors: those that end the process (see `Lane`), and bugs of the chain.
 */
export type RunLanes = (
  subscription: LaneSubscription,
  chain: (lane: Lane) => Observable<unknown>,
) => Observable<StageStatus>
