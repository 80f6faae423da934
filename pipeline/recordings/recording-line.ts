import { isUtf8 } from 'node:buffer'
import type { HeaderValue, LogHeaders } from '../../operators/lanes/lane.ts'
import { isoTime } from '../../operators/lanes/iso-time.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { RecordedRecord } from './recorded-record.ts'

/** A line over it cannot be read: a record of 10 MB fits, in base64 as well. */
export const RECORDING_LINE_BYTES_MAX = 16 * 1024 * 1024

/** No time beyond it can be written: the year 275760. */
const TIME_MS_MAX = 8_640_000_000_000_000

/** A record as a line of a recording, with its end: as text where all of it is text, else in base64. */
export function recordingLine(record: RecordedRecord): Buffer {
  if (Math.abs(record.timestampMs) > TIME_MS_MAX) {
    const message = `${placeOf(record)}: its timestamp ${record.timestampMs} is too far from now to be written as a time; record what is before and behind it, by offsets`
    throw new PipelineError('recording_failed', message)
  }
  const line = Buffer.from(lineOf(record, isText(record) ? 'utf8' : 'base64'))
  if (line.length <= RECORDING_LINE_BYTES_MAX) return line
  // Text with many quotes is shorter in base64.
  const packed = Buffer.from(lineOf(record, 'base64'))
  if (packed.length <= RECORDING_LINE_BYTES_MAX) return packed
  throw new PipelineError('record_too_large', `${placeOf(record)}: the record is too large for a recording`)
}

function placeOf({ topic, partition, offset }: RecordedRecord): string {
  return `${topic}/${partition} at offset ${offset}`
}

function isText({ key, value, headers }: RecordedRecord): boolean {
  if (!isUtf8(key ?? empty) || !isUtf8(value ?? empty)) return false
  return Object.values(headers)
    .flat()
    .every(one => isUtf8(bytesOf(one ?? null)))
}

const empty = Buffer.alloc(0)

function bytesOf(value: HeaderValue): Buffer {
  if (value === null) return empty
  return typeof value === 'string' ? Buffer.from(value) : value
}

function lineOf(record: RecordedRecord, encoding: 'utf8' | 'base64'): string {
  const { topic, partition, offset, timestampMs, key, value, headers } = record
  const line = {
    topic,
    partition,
    offset: `${offset}`,
    timestamp: isoTime(timestampMs),
    key: key?.toString(encoding) ?? null,
    value: value?.toString(encoding) ?? null,
    headers: headerTexts(headers, encoding),
  }
  return `${JSON.stringify(encoding === 'base64' ? { ...line, encoding } : line)}\n`
}

function headerTexts(headers: LogHeaders, encoding: 'utf8' | 'base64'): LogHeaders {
  const names = Object.keys(headers)
  if (names.length === 0) return noHeaders
  const text = (value: HeaderValue) => (value === null ? null : bytesOf(value).toString(encoding))
  const texts = names.map(name => {
    const value = headers[name] ?? null
    return [name, Array.isArray(value) ? value.map(text) : text(value)] as const
  })
  return Object.fromEntries(texts)
}

const noHeaders: LogHeaders = {}
