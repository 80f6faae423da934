import { openRecording, type OpenRecordingOptions } from '../../../pipeline/recordings/open-recording.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'

/** All records of a recording. */
export async function recordsIn(file: string, options?: OpenRecordingOptions): Promise<RecordedRecord[]> {
  const records: RecordedRecord[] = []
  for await (const batch of openRecording(file, options).batches()) records.push(...batch)
  return records
}
