import { RecordingWriter } from '../../../pipeline/recordings/recording-writer.ts'
import { recordingHeaderSchema } from '../../../pipeline/recordings/recording-header.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'

export interface WriteDayOptions {
  readonly file: string
  /** Spread over 24 hours. */
  readonly events: number
  readonly seed: number
}

const DAY_MS = 86_400_000
const START_MS = Date.parse('2026-11-20T00:00:00.000Z')
const PARTITIONS = 4
const KEYS = 5000
const CHUNK = 10_000
const types = ['payment', 'request', 'reading', 'login', 'note'] as const
const shares = [0.3, 0.7, 0.9, 0.98, 1]

/** Writes a recording of one topic, of events of about 300 bytes, of five types and 5,000 keys; the same for the same seed. */
export async function writeDay({ file, events, seed }: WriteDayOptions): Promise<void> {
  const random = seededRandom(seed)
  const offsets = Array.from({ length: PARTITIONS }, () => 0)
  const header = recordingHeaderSchema.parse({ llmtrigger_recording: 1 })
  const writer = await RecordingWriter.open({ file, header, force: true })
  for (let first = 0; first < events; first += CHUNK) {
    const count = Math.min(CHUNK, events - first)
    await writer.write(Array.from({ length: count }, (_, n) => recordOf((first + n) / events)))
  }
  await writer.close()

  function recordOf(share: number): RecordedRecord {
    const timestampMs = START_MS + Math.floor(share * DAY_MS)
    const key = `key-${Math.floor(random() * KEYS)}`
    const partition = Math.floor(random() * PARTITIONS)
    const offset = offsets[partition] ?? 0
    offsets[partition] = offset + 1
    const event = {
      event_type: typeOf(random()),
      event_id: `${partition}-${offset}`,
      timestamp: new Date(timestampMs).toISOString(),
      context_key: key,
      data: dataOf(random),
    }
    const value = Buffer.from(JSON.stringify(event))
    return { topic: 'signals', partition, offset, timestampMs, key: Buffer.from(key), value, headers: {} }
  }
}

function typeOf(share: number): (typeof types)[number] {
  return types[shares.findIndex(end => share < end)] ?? 'note'
}

function dataOf(random: () => number) {
  const number = () => Math.round(random() * 1e6) / 1e6
  return {
    amount: number(),
    distance: number(),
    latency: number(),
    failures: number(),
    status: random() < 0.01 ? 503 : 200,
    region: `r${Math.floor(random() * 20)}`,
    path: `/api/${Math.floor(random() * 20)}`,
    meta: { temperature: number(), firmware: `v${Math.floor(random() * 5)}` },
  }
}
