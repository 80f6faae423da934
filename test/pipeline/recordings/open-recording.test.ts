import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  openRecording,
  type OpenRecordingOptions,
  RECORDING_BATCH_MAX,
  RECORDING_PARTITIONS_MAX,
} from '../../../pipeline/recordings/open-recording.ts'
import { RECORDING_LINE_BYTES_MAX } from '../../../pipeline/recordings/recording-line.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const good = {
  topic: 'signals',
  partition: 1,
  offset: '17',
  timestamp: '2026-11-20T10:00:00.123Z',
  key: 'BTCUSDT',
  value: '{"event_type":"x"}',
  headers: { trace: 'a' },
}

function fileOf(content: string | Buffer | readonly object[]): string {
  const isText = typeof content === 'string' || Buffer.isBuffer(content)
  const text = isText ? content : content.map(line => `${JSON.stringify(line)}\n`).join('')
  return join(temporaryFolder({ 'r.ndjson': text }), 'r.ndjson')
}

async function read(file: string, options?: OpenRecordingOptions): Promise<RecordedRecord[]> {
  const records: RecordedRecord[] = []
  for await (const batch of openRecording(file, options).batches()) records.push(...batch)
  return records
}

const failureOf = (file: string) => read(file).then(() => 'no failure', String)

describe('openRecording', () => {
  test('gives each record its bytes, its time and its offset', async () => {
    const tombstone = { ...good, offset: '18', key: null, value: null, headers: undefined }
    expect(await read(fileOf([good, tombstone]))).toEqual([
      {
        topic: 'signals',
        partition: 1,
        offset: 17,
        timestampMs: Date.UTC(2026, 10, 20, 10, 0, 0, 123),
        key: Buffer.from('BTCUSDT'),
        value: Buffer.from('{"event_type":"x"}'),
        headers: { trace: Buffer.from('a') },
      },
      expect.objectContaining({ offset: 18, key: null, value: null, headers: {} }),
    ])
  })

  test('reads bytes that are not UTF-8, and headers without a value or several times', async () => {
    const bytes = Buffer.from([0, 255, 128]).toString('base64')
    const line = {
      ...good,
      key: 'AAE=',
      value: bytes,
      headers: { a: [bytes, null], b: null },
      encoding: 'base64',
    }
    const [record] = await read(fileOf([line]))
    expect(record).toMatchObject({ value: Buffer.from([0, 255, 128]), key: Buffer.from([0, 1]) })
    expect(record?.headers).toEqual({ a: [Buffer.from([0, 255, 128]), null], b: null })
  })

  test('reads gzip by what it holds, in one part or several put together', async () => {
    const [one, other] = [good, { ...good, offset: '18' }].map(line => gzipSync(`${JSON.stringify(line)}\n`))
    const records = await read(fileOf(Buffer.concat([one ?? '', other ?? ''].map(part => Buffer.from(part)))))
    expect(records.map(({ offset }) => offset)).toEqual([17, 18])
  })

  test('shows the header once it is read, that of the first of several files put together', async () => {
    const header = { llmtrigger_recording: 1, program: '0.1.0', from: 'earliest', to: null, later: 'field' }
    const recording = openRecording(
      fileOf([header, good, { llmtrigger_recording: 1 }, { ...good, offset: '18' }]),
    )
    expect(recording.header).toBeNull()
    for await (const batch of recording.batches()) expect(batch).toHaveLength(2)
    expect(recording.header).toMatchObject({
      program: '0.1.0',
      from: 'earliest',
      topics: [],
      recorded_at: null,
    })
  })

  test('gives bounded batches, and begins anew each time', async () => {
    const lines = Array.from({ length: RECORDING_BATCH_MAX + 1 }, (_, offset) => ({
      ...good,
      offset: `${offset}`,
    }))
    const recording = openRecording(fileOf([...lines, {}]), { skipBad: true })
    for (let time = 0; time < 2; time++) {
      const sizes: number[] = []
      for await (const batch of recording.batches()) sizes.push(batch.length)
      expect(sizes).toEqual([RECORDING_BATCH_MAX, 1])
      expect(recording.skipped).toEqual({ record_invalid: 1 })
    }
  })

  test('makes a batch of little where records are large', async () => {
    const lines = Array.from({ length: 4 }, (_, offset) => ({
      ...good,
      offset: `${offset}`,
      value: 'x'.repeat(3e6),
    }))
    const sizes: number[] = []
    for await (const batch of openRecording(fileOf(lines)).batches()) sizes.push(batch.length)
    expect(sizes).toEqual([2, 2])
  })

  test('may be left before its end', async () => {
    const lines = Array.from({ length: 5000 }, (_, offset) => ({ ...good, offset: `${offset}` }))
    const gzip = fileOf(gzipSync(lines.map(line => JSON.stringify(line)).join('\n')))
    for (const file of [fileOf(lines), gzip]) {
      for await (const batch of openRecording(file).batches()) {
        expect(batch.length).toBe(RECORDING_BATCH_MAX)
        break
      }
    }
  })

  test('passes on what goes back in time', async () => {
    const earlier = { ...good, offset: '18', timestamp: '2026-11-19T10:00:00Z' }
    const records = await read(fileOf([good, earlier]))
    expect(records.map(({ timestampMs }) => timestampMs)).toEqual([
      Date.parse(good.timestamp),
      Date.parse(earlier.timestamp),
    ])
  })

  test('takes a line of exactly the limit', async () => {
    const rest = JSON.stringify({ ...good, value: '' }).length
    const of = (bytes: number) => ({ ...good, value: 'x'.repeat(bytes - rest) })
    expect(await read(fileOf([of(RECORDING_LINE_BYTES_MAX)]))).toHaveLength(1)
    const over = fileOf([good, of(RECORDING_LINE_BYTES_MAX + 1)])
    expect(await failureOf(over)).toContain('r.ndjson:2: the line is over 16777216 bytes')
  })

  test.each([
    ['a line that is not JSON', '{"topic": "sig', 'the last line is cut off (not JSON: {"topic": "sig)'],
    ['a line that is no record', '[]\n', 'no record, which is a mapping'],
    ['a missing topic', { ...good, topic: undefined }, 'topic: is required'],
    ['a number as offset', { ...good, offset: 18 }, 'offset: must be text, not a number'],
    ['an offset that is no number', { ...good, offset: 'x' }, 'offset: must be a decimal number as text'],
    ['a time that is none', { ...good, timestamp: 'noon' }, 'timestamp: must be an ISO-8601 time in UTC'],
    ['a value that is no text', { ...good, value: {} }, 'value: must be text, not a mapping'],
    ['a header that is no text', { ...good, headers: { a: 1 } }, 'headers.a: must be such a text as the key'],
    [
      'what is no base64',
      { ...good, key: null, value: '!', headers: {}, encoding: 'base64' },
      'value: must be base64',
    ],
    ['half a character', { ...good, key: '\u{d800}' }, 'key: must be well-formed Unicode'],
    [
      'several mistakes',
      { ...good, topic: '', partition: -1 },
      'topic: must be the name of a topic; partition: must be at least 0',
    ],
    ['a record that is there twice', good, 'offset 17 of signals/1 is there twice'],
    ['a record that comes late', { ...good, offset: '3' }, 'offset 3 of signals/1 comes after 17'],
    [
      'an unknown format',
      { llmtrigger_recording: 2 },
      'format 2 of recordings is unknown: this program reads 1',
    ],
    ['a broken header', { llmtrigger_recording: 1, topics: {} }, 'the header is invalid: topics: '],
  ])('names the line of %s', async (_, line, message) => {
    const text = typeof line === 'string' ? line : `${JSON.stringify(line)}\n`
    const file = fileOf(`${JSON.stringify(good)}\n${text}`)
    expect(await failureOf(file)).toContain(`PipelineError: ${file}:2: ${message}`)
  })

  test.each([
    ['is empty', '', ': the recording holds no record'],
    ['is a header alone', '{"llmtrigger_recording":1}\n', ': the recording holds no record'],
    ['is gzip of nothing', gzipSync(''), ': the recording holds no record'],
    [
      'begins with an unknown format',
      '{"llmtrigger_recording":2}\n',
      ':1: format 2 of recordings is unknown',
    ],
    [
      'ends in the middle of gzip',
      gzipSync(JSON.stringify(good)).subarray(0, 30),
      ':1: the gzip data is cut off',
    ],
    [
      'goes on behind gzip',
      Buffer.concat([gzipSync(''), Buffer.alloc(9), Buffer.from('x')]),
      ':1: the gzip data is damaged',
    ],
  ])('fails where the file %s', async (_, content, message) => {
    const file = fileOf(content)
    expect(await failureOf(file)).toContain(`PipelineError: ${file}${message}`)
  })

  test('fails where there is no file, or a folder', async () => {
    const folder = temporaryFolder()
    expect(await failureOf(join(folder, 'none.ndjson'))).toContain('none.ndjson: cannot be read (ENOENT)')
    expect(await failureOf(folder)).toContain('cannot be read (EISDIR)')
  })

  test('says why nothing is left of a file without one good line', async () => {
    const file = fileOf('a\nb\n{}\n')
    await expect(read(file, { skipBad: true })).rejects.toMatchObject({
      code: 'recording_invalid',
      message: `${file}: the recording holds no record; passed over: not_json: 2, record_invalid: 1`,
    })
  })

  test('knows so many partitions and no more', async () => {
    const lines = Array.from({ length: RECORDING_PARTITIONS_MAX + 1 }, (_, index) =>
      JSON.stringify({ ...good, topic: `t${index % 7}`, partition: Math.floor(index / 7) }),
    )
    const file = fileOf(lines.join('\n'))
    expect(await failureOf(file)).toContain(
      `:${RECORDING_PARTITIONS_MAX + 1}: there are more than 10000 partitions`,
    )
    expect(await read(file, { skipBad: true })).toHaveLength(RECORDING_PARTITIONS_MAX)
  })
})
