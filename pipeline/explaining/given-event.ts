import { decodeEvent } from '../../operators/events/decode-event.ts'
import type { Event } from '../../schemas/event.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { EVENT_DEPTH_MAX, isDeeper } from '../../schemas/is-deeper.ts'

/** Largest event, in bytes of JSON. */
const EVENT_BYTES_MAX = 1_048_576

/** An event as somebody wrote it, completed as ROUTE completes one; it came at `nowMs`. */
export function givenEvent(value: unknown, nowMs: number): Event | PipelineError {
  // Deeper ones could be read, and not written.
  if (isDeeper(value, EVENT_DEPTH_MAX)) {
    return new PipelineError(
      'event_invalid',
      `the value nests deeper than ${EVENT_DEPTH_MAX} levels: send a flatter one`,
    )
  }
  const record = {
    offset: 0,
    timestampMs: nowMs,
    key: null,
    value: Buffer.from(JSON.stringify(value)),
    headers: {},
  }
  return decodeEvent(record, { topic: 'given', partition: 0, eventBytesMax: EVENT_BYTES_MAX })
}
