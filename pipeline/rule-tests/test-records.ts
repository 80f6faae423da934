import type { TestEvent } from '../../schemas/rule-test.ts'
import { testArrivals } from '../../schemas/test-arrivals.ts'
import type { RecordedRecord } from '../recordings/recorded-record.ts'

/** Where the events of a test lie. */
export const TEST_TOPIC = 'test'

/** When every test starts: ticks of an interval are the same in each run. */
export const TEST_START_MS = Date.UTC(2026, 0, 1)

/** The records that the events of a test stand for, with repeats, each at its time of arrival. */
export function testRecords(events: readonly TestEvent[]): readonly RecordedRecord[] {
  const records: RecordedRecord[] = []
  for (const { event, count, firstMs, everyMs } of testArrivals(events)) {
    const { at: _at, repeat: _repeat, every: _every, ...sent } = event
    const value = Buffer.from(JSON.stringify(sent))
    for (let index = 0; index < count; index += 1) {
      const timestampMs = TEST_START_MS + firstMs + index * everyMs
      const place = { topic: TEST_TOPIC, partition: 0, offset: records.length }
      records.push({ ...place, timestampMs, key: null, value, headers: {} })
    }
  }
  return records
}
