import type { LogRecord } from '../../operators/lanes/lane.ts'

export interface LogSpan {
  readonly partition: number
  readonly from: number
  /** First offset behind it. */
  readonly to: number
}

export interface LogSlice {
  readonly records: readonly LogRecord[]
  /** Where the next slice begins: markers and aborted records are passed over. */
  readonly nextOffset: number
}

/**
 * The committed records of one topic, to look things up in.
 *
 * Shape:  offsets are listed by partition, from 0 on.
 * Time:   each call ends within seconds, or fails.
 * Errors: PipelineError `log_unavailable` while the topic cannot be read; the next call tries again.
 */
export interface TopicLog {
  /** The first offset that is still there. */
  begins(): Promise<readonly number[]>
  /** Behind the last record that is committed. */
  ends(): Promise<readonly number[]>
  /** The first record of that time or later; the end where there is none. */
  since(timeMs: number): Promise<readonly number[]>
  /** The records of a span, in order, in slices of a bounded size; what retention has removed is passed over. */
  read(span: LogSpan): AsyncGenerator<LogSlice>
}
