import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRecording } from '../../../pipeline/recordings/open-recording.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'
import { recordingHeaderSchema } from '../../../pipeline/recordings/recording-header.ts'
import { RecordingWriter } from '../../../pipeline/recordings/recording-writer.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmtrigger-round-trip-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const header = recordingHeaderSchema.parse({ llmtrigger_recording: 1, from: 'earliest' })

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map(array => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 40 }).map(text => Buffer.from(text)),
  // As Schema Registry has it: a zero byte, the id, and what no text is.
  fc.uint8Array({ maxLength: 30 }).map(array => Buffer.from([0, 0, 0, 1, 44, ...array])),
)
const payload = fc.option(bytes)
const headers = fc.dictionary(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom('__proto__', 'constructor', '1')),
  fc.oneof(payload, fc.array(payload, { minLength: 2, maxLength: 4 })),
  { maxKeys: 4, noNullPrototype: true },
)
const record = fc.record({
  topic: fc.constantFrom('signals', 'llmtrigger.work'),
  partition: fc.constantFrom(0, 3),
  timestampMs: fc.oneof(fc.integer({ min: -1, max: 8.64e15 }), fc.constant(8.64e15)),
  key: payload,
  value: payload,
  headers,
})

async function write(file: string, records: readonly RecordedRecord[]): Promise<void> {
  const writer = await RecordingWriter.open({ file, header, force: true })
  expect(await writer.write(records)).toBe(records.length)
  await writer.close()
  const content = readFileSync(file)
  expect(file.endsWith('.gz') ? gunzipSync(content).length : content.length).toBe(writer.bytes)
}

test.each(['r.ndjson', 'r.ndjson.gz'])('what is written to %s is read again, byte by byte', async name => {
  const file = join(folder, name)
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 30 }), async drawn => {
      const records = drawn.map((one, offset) => ({ ...one, offset }))
      await write(file, records)
      const recording = openRecording(file)
      const read: RecordedRecord[] = []
      for await (const batch of recording.batches()) read.push(...batch)
      expect(read).toEqual(records)
      expect(read.map(one => Object.keys(one.headers))).toEqual(records.map(one => Object.keys(one.headers)))
      expect(recording.header).toEqual(header)
    }),
    { numRuns: 300 },
  )
})
