import { openRecording } from '../recordings/open-recording.ts'
import type { RecordedRecord } from '../recordings/recorded-record.ts'

/** A part of a recording whose records stand in the order of their times. */
export interface Stretch {
  readonly topic: string
  /** From the first, before the second; epoch milliseconds. */
  readonly fromMs: number
  readonly toMs: number
}

/** The records of one topic in a stretch of time; what comes after it is not read. */
export async function readStretch(
  file: string,
  { topic, fromMs, toMs }: Stretch,
): Promise<readonly RecordedRecord[]> {
  const found: RecordedRecord[] = []
  for await (const batch of openRecording(file).batches()) {
    for (const record of batch) {
      if (record.timestampMs >= toMs) return found
      if (record.topic === topic && record.timestampMs >= fromMs) found.push(record)
    }
  }
  return found
}
