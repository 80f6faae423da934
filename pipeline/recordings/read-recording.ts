import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import type { LogHeaders } from '../../operators/lanes/lane.ts'
import { PipelineError } from '../../schemas/failure.ts'

/** One record of a recording, as it lay on its topic. */
export interface RecordedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: LogHeaders
}

/** A recording is read whole, so it must fit in memory several times. */
const RECORDING_BYTES_MAX = 64 * 1024 * 1024

const lineSchema = z.object({
  topic: z.string().min(1),
  partition: z.int().min(0),
  offset: z.string().regex(/^\d{1,15}$/, 'a decimal number as text'),
  timestamp: z.iso.datetime({ error: 'an ISO-8601 time in UTC' }),
  key: z.string().nullable(),
  value: z.string().nullable(),
  headers: z.record(z.string(), z.string()).default({}),
  encoding: z.literal('base64').optional(),
})

/** Reads a recording, one record a line; what is wrong is a failure that names the line. */
export function readRecording(file: string, bytesMax = RECORDING_BYTES_MAX): readonly RecordedRecord[] {
  const records = readText(file, bytesMax)
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [readLine(line, `${file}:${index + 1}`)]))
  if (records.length === 0) throw new PipelineError('config_invalid', `${file}: the recording is empty`)
  return records
}

function readText(file: string, bytesMax: number): string {
  try {
    const { size } = statSync(file)
    if (size > bytesMax) {
      throw new PipelineError('config_invalid', `${file}: ${size} bytes, a recording has at most ${bytesMax}`)
    }
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    throw new PipelineError('config_invalid', `${file}: the recording cannot be read (${code})`, { cause })
  }
}

function readLine(line: string, place: string): RecordedRecord {
  const parsed = lineSchema.safeParse(parseJson(line, place))
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'line'}: ${message}`)
    throw new PipelineError('config_invalid', `${place}: ${problems.join('; ')}`, { cause: parsed.error })
  }
  const { topic, partition, offset, timestamp, key, value, headers, encoding = 'utf8' } = parsed.data
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text, encoding))
  return {
    topic,
    partition,
    offset: Number(offset),
    timestampMs: Date.parse(timestamp),
    key: bytes(key),
    value: bytes(value),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, Buffer.from(text, encoding)]),
    ),
  }
}

function parseJson(line: string, place: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new PipelineError('config_invalid', `${place}: not JSON: ${line.slice(0, 60)}`, { cause })
  }
}
