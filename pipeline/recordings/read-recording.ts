import { PipelineError } from '../../schemas/failure.ts'
import { openRecording } from './open-recording.ts'
import type { RecordedRecord } from './recorded-record.ts'

/** Of keys and values: for those who must look at all of it before they play the first record. */
const RECORDING_BYTES_MAX = 64 * 1024 * 1024

/** All records of a recording at once. */
export async function readRecording(
  file: string,
  bytesMax = RECORDING_BYTES_MAX,
): Promise<readonly RecordedRecord[]> {
  const records: RecordedRecord[] = []
  let bytes = 0
  for await (const batch of openRecording(file).batches()) {
    for (const record of batch) {
      bytes += bytesOf(record)
      records.push(record)
    }
    if (bytes <= bytesMax) continue
    throw new PipelineError(
      'recording_invalid',
      `${file}: more than ${bytesMax} bytes, which is too much here`,
    )
  }
  return records
}

function bytesOf({ key, value }: RecordedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}
