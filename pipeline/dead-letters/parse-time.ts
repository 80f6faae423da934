import { InvalidArgumentError } from 'commander'
import { decodeEventTimestamp } from '../../operators/events/decode-event-timestamp.ts'

/** Reads a point in time as an event's timestamp is read, into epoch milliseconds. */
export function parseTime(text: string): number {
  const time = decodeEventTimestamp(text)
  if (time === undefined) {
    throw new InvalidArgumentError(
      'It is a time such as 2026-11-20T10:00:00Z or 2026-11-20, in UTC unless it has a zone.',
    )
  }
  return Date.parse(time)
}
