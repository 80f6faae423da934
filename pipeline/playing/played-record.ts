import type { RecordedRecord } from '../recordings/recorded-record.ts'

/** A record with the time that it is played at, epoch milliseconds, where that is not when it was written. */
export interface PlayedRecord extends RecordedRecord {
  readonly playAtMs?: number
}
