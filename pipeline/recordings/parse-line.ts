import { isUtf8 } from 'node:buffer'
import type { HeaderValue, LogHeaders } from '../../operators/lanes/lane.ts'
import { isMapping } from '../documents/is-mapping.ts'
import { BadLine } from './bad-line.ts'
import { describeRecord, RECORDING_PARTITION_MAX } from './describe-record.ts'
import { isBase64 } from './is-base64.ts'
import { isoMs } from './iso-ms.ts'
import type { RecordedRecord } from './recorded-record.ts'
import { RECORDING_FORMAT, type RecordingHeader, recordingHeaderSchema } from './recording-header.ts'

type Mapping = Readonly<Record<string, unknown>>

const BEGIN_MAX = 60

/** What a line of a recording holds; null where it is blank. */
export function parseLine(bytes: Buffer): RecordedRecord | RecordingHeader | BadLine | null {
  if (!isUtf8(bytes)) return new BadLine('not_utf8', 'not UTF-8')
  const text = bytes.toString('utf8')
  const line = parseJson(text)
  if (line === undefined) {
    return text.trim() === '' ? null : new BadLine('not_json', `not JSON: ${text.slice(0, BEGIN_MAX)}`)
  }
  if (!isMapping(line)) return new BadLine('record_invalid', 'no record, which is a mapping')
  if (Object.hasOwn(line, 'llmtrigger_recording')) return headerOf(line)
  return recordOf(line) ?? new BadLine('record_invalid', describeRecord(line))
}

/** Undefined where it is none. Some programs begin a file with a byte order mark. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\u{FEFF}') ? text.slice(1) : text)
  } catch {
    return undefined
  }
}

function headerOf(line: Mapping): RecordingHeader | BadLine {
  const { llmtrigger_recording: format } = line
  if (format !== RECORDING_FORMAT) {
    const problem = `format ${JSON.stringify(format)} of recordings is unknown: this program reads ${RECORDING_FORMAT}`
    return new BadLine('version_unknown', problem)
  }
  const { data, error } = recordingHeaderSchema.safeParse(line)
  if (data !== undefined) return data
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return new BadLine('header_invalid', `the header is invalid: ${problems.join('; ')}`)
}

// By hand: a schema takes several times as long, and a recording has millions of lines. What is wrong, the schema says.
function recordOf(line: Mapping): RecordedRecord | null {
  const encoding = encodingOf(line)
  const place = placeOf(line)
  if (encoding === null || place === null) return null
  const key = bytesOf(line['key'], encoding)
  const value = bytesOf(line['value'], encoding)
  const headers = headersOf(line['headers'], encoding)
  if (key === undefined || value === undefined || headers === undefined) return null
  return { ...place, key, value, headers }
}

type Encoding = 'utf8' | 'base64'

function encodingOf({ encoding }: Mapping): Encoding | null {
  if (encoding === undefined) return 'utf8'
  return encoding === 'base64' ? encoding : null
}

type Place = Pick<RecordedRecord, 'topic' | 'partition' | 'offset' | 'timestampMs'>

const topicName = /^[\w.-]{1,249}$/
const decimal = /^\d{1,15}$/

function placeOf({ topic, partition, offset, timestamp }: Mapping): Place | null {
  if (typeof topic !== 'string' || typeof offset !== 'string' || typeof timestamp !== 'string') return null
  if (!isPartition(partition) || !topicName.test(topic) || !decimal.test(offset)) return null
  const timestampMs = isoMs(timestamp)
  return Number.isNaN(timestampMs) ? null : { topic, partition, offset: Number(offset), timestampMs }
}

function isPartition(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= RECORDING_PARTITION_MAX
}

/** Undefined where it is neither null nor text that stands for bytes. */
function bytesOf(text: unknown, encoding: Encoding): Buffer | null | undefined {
  if (text === null) return null
  if (typeof text !== 'string') return undefined
  const stands = encoding === 'utf8' ? text.isWellFormed() : isBase64(text)
  return stands ? Buffer.from(text, encoding) : undefined
}

const noHeaders: LogHeaders = {}

function headersOf(given: unknown, encoding: Encoding): LogHeaders | undefined {
  if (given === undefined) return noHeaders
  if (!isMapping(given)) return undefined
  const entries = Object.entries(given)
  if (entries.length === 0) return noHeaders
  const values: [string, HeaderValue | HeaderValue[]][] = []
  for (const [name, value] of entries) {
    const bytes = Array.isArray(value) ? listOf(value, encoding) : bytesOf(value, encoding)
    if (bytes === undefined) return undefined
    values.push([name, bytes])
  }
  return Object.fromEntries(values)
}

function listOf(values: readonly unknown[], encoding: Encoding): HeaderValue[] | undefined {
  const list = values.map(value => bytesOf(value, encoding)).filter(bytes => bytes !== undefined)
  return list.length === values.length && list.length > 0 ? list : undefined
}
