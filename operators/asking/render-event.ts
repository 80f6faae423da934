import { stripInvisible } from './strip-invisible.ts'
import type { Event } from '../../schemas/event.ts'

export interface RenderedEvent {
  /** All fields as one line of JSON: what the model reads. */
  readonly line: string
  /** The same without the event's id: two windows that say the same have the same content. */
  readonly content: string
}

// JSON escapes the C0 controls, so that they are found by their escape; line ends and tabs have short escapes and stay.
const ESCAPED_CONTROL = /\\u00[01]/

/** Writes an event as one line of JSON without invisible characters. */
export function renderEvent(event: Event): RenderedEvent {
  const { event_id, event_type, source, timestamp, context_key, data } = event
  const content = toLine({ event_type, source, timestamp, context_key, data })
  return { line: `{"event_id":${toLine(event_id)},${content.slice(1)}`, content }
}

function toLine(value: unknown): string {
  const text = JSON.stringify(value)
  return stripInvisible(ESCAPED_CONTROL.test(text) ? JSON.stringify(value, withoutControls) : text)
}

function withoutControls(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? stripInvisible(value) : value
}
