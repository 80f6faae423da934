import type { RecordSender, SentRecord } from '../../kafka/recordings/record-sender.ts'
import { writtenHeaders } from '../../kafka/written-headers.ts'
import type { RecordedRecord } from '../recorded-record.ts'
import type { Recording } from '../open-recording.ts'
import type { Acknowledged } from './acknowledged.ts'
import type { Pace } from './pace.ts'
import { partitionFor } from './partition-for.ts'
import type { Target } from './plan-targets.ts'
import { isSelected, type ReplaySelection } from './replay-selection.ts'

export interface PlayRecordsOptions {
  readonly recording: Recording
  readonly selection: ReplaySelection
  readonly targets: readonly Target[]
  /** What was sent before is passed over. */
  readonly acknowledged: Acknowledged
  readonly sender: Pick<RecordSender, 'add' | 'hasRoom' | 'room'>
  readonly pace: Pace
  /** In milliseconds, as the pace has it. */
  readonly wall: () => number
  /** The time that a record is to have in its topic. */
  readonly timestampOf: (record: RecordedRecord) => number
  /** The next record is due then. */
  readonly onWait: (dueMs: number) => void
  readonly stopping: AbortSignal
}

const RECORD_OVERHEAD_BYTES = 100

/** Hands the records of a recording to a sender, each when it is due; ends when all are handed over, or when it is told to stop. */
export async function playRecords(options: PlayRecordsOptions): Promise<void> {
  const { recording, stopping } = options
  const targets = new Map(options.targets.map(target => [target.topic, target]))
  let index = -1
  for await (const batch of recording.batches()) {
    for (const record of batch) {
      index++
      const place = placeOf(record, index, { ...options, targets })
      if (place === null) continue
      const dueMs = await untilDue(record, options)
      if (stopping.aborted) return
      options.sender.add(sentRecord(record, { ...place, dueMs }, options))
    }
  }
}

type Choice = Pick<PlayRecordsOptions, 'selection' | 'acknowledged'> & {
  readonly targets: ReadonlyMap<string, Target>
}

/** Null for a record that is not to be sent, or was. */
function placeOf(record: RecordedRecord, index: number, { selection, acknowledged, targets }: Choice) {
  const target = isSelected(record, selection) ? targets.get(record.topic) : undefined
  if (target === undefined) return null
  const place = { target: target.target, partition: partitionFor(record, target), index }
  return acknowledged.has(place) ? null : place
}

async function untilDue(
  { timestampMs }: RecordedRecord,
  { pace, sender, wall, onWait, stopping }: PlayRecordsOptions,
): Promise<number> {
  const dueMs = pace.dueMs(timestampMs)
  onWait(dueMs)
  if (dueMs > wall()) await pace.until(dueMs, stopping)
  if (!sender.hasRoom) await sender.room()
  return dueMs
}

function sentRecord(
  record: RecordedRecord,
  place: Pick<SentRecord, 'target' | 'partition' | 'index' | 'dueMs'>,
  { timestampOf }: PlayRecordsOptions,
): SentRecord {
  const { key, value, headers } = record
  const message = { key, value, headers: writtenHeaders(headers), timestamp: `${timestampOf(record)}` }
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  for (const one of Object.values(headers).flat()) bytes += one?.length ?? 0
  return { ...place, message, bytes }
}
