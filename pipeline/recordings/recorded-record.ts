import type { LogHeaders } from '../../operators/lanes/lane.ts'

/** One record of a recording, as it lay on its topic. */
export interface RecordedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: LogHeaders
}
