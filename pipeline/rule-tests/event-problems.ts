import { decodeEvent } from '../../operators/events/decode-event.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { TestEvent } from '../../schemas/rule-test.ts'
import { testConfig } from './test-config.ts'
import { TEST_TOPIC, testRecords } from './test-records.ts'

/** All events of a test together, in bytes of JSON. */
export const TEST_BYTES_MAX = 8 * 1024 * 1024

export interface EventProblem {
  /** Null: of all of them. */
  readonly index: number | null
  readonly message: string
}

/** What of a test's events the pipeline would not take as an event. */
export function eventProblems(events: readonly TestEvent[]): readonly EventProblem[] {
  const { event_bytes_max: eventBytesMax } = testConfig().lanes
  let bytes = 0
  const problems = events.flatMap((event, index): readonly EventProblem[] => {
    const [record] = testRecords([{ ...event, repeat: 1 }])
    if (record === undefined) return []
    bytes += (record.value?.length ?? 0) * (event.repeat ?? 1)
    const decoded = decodeEvent(record, { topic: TEST_TOPIC, partition: 0, eventBytesMax })
    return decoded instanceof PipelineError ? [{ index, message: decoded.message }] : []
  })
  if (bytes <= TEST_BYTES_MAX) return problems
  const message = `the events of a test have at most ${TEST_BYTES_MAX} bytes together, these have ${bytes}`
  return [...problems, { index: null, message }]
}
