import type { TestEvent } from '../../schemas/rule-test.ts'
import { sinceStartMs } from '../../schemas/since-start.ts'
import type { RecordedRecord } from '../recordings/read-recording.ts'

/** Where the events of a test lie. */
export const TEST_TOPIC = 'test'

/** When every test starts: ticks of an interval are the same in each run. */
export const TEST_START_MS = Date.UTC(2026, 0, 1)

/** The records that the events of a test stand for, with repeats, each at its time of arrival. */
export function testRecords(events: readonly TestEvent[]): readonly RecordedRecord[] {
  const records: RecordedRecord[] = []
  let lastMs = 0
  for (const { at, repeat = 1, every = '0s', ...event } of events) {
    const firstMs = at === undefined ? lastMs : sinceStartMs(at)
    const value = Buffer.from(JSON.stringify(event))
    for (let index = 0; index < repeat; index += 1) {
      lastMs = firstMs + index * sinceStartMs(every)
      const place = { topic: TEST_TOPIC, partition: 0, offset: records.length }
      records.push({ ...place, timestampMs: TEST_START_MS + lastMs, key: null, value, headers: {} })
    }
  }
  return records
}
