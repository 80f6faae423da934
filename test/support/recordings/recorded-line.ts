import type { HeaderValue, LogHeaders } from '../../../operators/lanes/lane.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'

/** A record as a line of a recording, written apart from the program: all of it in base64, or as the text that it is. */
export function recordedLine(record: RecordedRecord, encoding: 'utf8' | 'base64'): Record<string, unknown> {
  const { topic, partition, offset, timestampMs, key, value, headers } = record
  const text = (bytes: Buffer | null) => bytes?.toString(encoding) ?? null
  const texts = (header: LogHeaders[string]) => {
    const one = (bytes: HeaderValue) => text(bytes === null ? null : Buffer.from(bytes))
    return Array.isArray(header) ? header.map(one) : one(header ?? null)
  }
  return {
    topic,
    partition,
    offset: `${offset}`,
    timestamp: new Date(timestampMs).toISOString(),
    key: text(key),
    value: text(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, texts(header)])),
    ...(encoding === 'base64' && { encoding }),
  }
}
