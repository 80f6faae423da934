import type { SourceConfig } from '../../schemas/config.ts'
import { NAME_CHARACTERS_MAX, type Event } from '../../schemas/event.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { LogRecord } from '../lanes/lane.ts'
import { decodeEventMap, type EventParts } from './decode-event-map.ts'
import { decodeEventTimestamp } from './decode-event-timestamp.ts'
import { decodeEventObject, type JsonObject } from './decode-event-object.ts'
import { decodeEventValue } from './decode-event-value.ts'

/** Where records come from, and how they are read. */
export interface DecodeOptions {
  readonly topic: string
  readonly partition: number
  /** Largest value, in bytes. */
  readonly eventBytesMax: number
  /** Where the fields of the event are, for records of another shape. */
  readonly map?: SourceConfig['map']
}

/**
 * Turns a record into an event, with the defaults for what is missing; null counts as missing.
 *
 * A record that is no event gives `event_invalid` or `event_too_large`, whose message names the field and the fix. A
 * record without a value is not for here: it is no event and no failure.
 */
export function decodeEvent(record: LogRecord, options: DecodeOptions): Event | PipelineError {
  const root = decodeEventValue(record.value, options.eventBytesMax)
  if (root instanceof PipelineError) return root
  const parts = options.map === undefined ? root : decodeEventMap(root, options.map)
  return complete(parts, record, options)
}

function complete(given: EventParts, record: LogRecord, options: DecodeOptions): Event | PipelineError {
  const eventType = eventTypeOf(given.event_type)
  if (typeof eventType !== 'string') return eventType
  const eventId = eventIdOf(given.event_id, record, options)
  if (typeof eventId !== 'string') return eventId
  const source = sourceOf(given.source, options.topic)
  if (typeof source !== 'string') return source
  const timestamp = timestampOf(given.timestamp, record)
  if (typeof timestamp !== 'string') return timestamp
  const contextKey = contextKeyOf(given.context_key, record, eventType)
  if (typeof contextKey !== 'string') return contextKey
  const data = dataOf(given.data)
  if (data instanceof PipelineError) return data
  return { event_id: eventId, event_type: eventType, source, timestamp, context_key: contextKey, data }
}

function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

function invalid(message: string): PipelineError {
  return new PipelineError('event_invalid', message)
}

function eventTypeOf(value: unknown): string | PipelineError {
  if (isMissing(value)) return invalid('event_type is missing: send it, or give it in the map of the source')
  if (typeof value !== 'string') return invalid('event_type is no text: send a text')
  return value === '' ? invalid('event_type is empty: send a name') : withinLength('event_type', value)
}

function eventIdOf(
  value: unknown,
  record: LogRecord,
  { topic, partition }: DecodeOptions,
): string | PipelineError {
  if (isMissing(value)) {
    // The end of it is what differs between records, should the topic's name be too long.
    return `${topic}/${partition}/${record.offset}/${record.timestampMs}`.slice(-NAME_CHARACTERS_MAX)
  }
  return value === '' ? invalid('event_id is empty: send an id, or leave it out') : nameOf('event_id', value)
}

function sourceOf(value: unknown, topic: string): string | PipelineError {
  if (isMissing(value)) return topic
  return typeof value === 'string' ? value : invalid('source is no text: send a text, or leave it out')
}

function timestampOf(value: unknown, { timestampMs }: LogRecord): string | PipelineError {
  if (!isMissing(value)) {
    return (
      decodeEventTimestamp(value) ??
      invalid('timestamp is no time: send ISO-8601 such as 2026-11-20T10:00:00.123Z, or epoch milliseconds')
    )
  }
  return (
    decodeEventTimestamp(timestampMs) ??
    invalid("timestamp is missing and the record's own is no time in milliseconds: send it in the event")
  )
}

function contextKeyOf(value: unknown, { key }: LogRecord, eventType: string): string | PipelineError {
  if (!isMissing(value)) return nameOf('context_key', value)
  return key === null ? eventType : withinLength('the key of the record', key.toString('utf8'))
}

function dataOf(value: unknown): JsonObject | PipelineError {
  if (isMissing(value)) return {}
  return decodeEventObject(value) ?? invalid('data is no object: send an object, or leave it out')
}

/** A number is taken by its string form, as long as it has kept all its digits. */
function nameOf(field: string, value: unknown): string | PipelineError {
  if (typeof value === 'string') return withinLength(field, value)
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return invalid(`${field} is no text: send a text or a number`)
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return invalid(`${field} is a number above 2^53, which loses digits: send it as a text`)
  }
  return String(value)
}

function withinLength(field: string, value: string): string | PipelineError {
  if (value.length <= NAME_CHARACTERS_MAX) return value
  return invalid(`${field} has ${value.length} characters: send at most ${NAME_CHARACTERS_MAX}`)
}
