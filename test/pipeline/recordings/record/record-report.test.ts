import { expect, test } from 'vitest'
import { RecordReport } from '../../../../pipeline/recordings/record/record-report.ts'
import { recordingTerminal } from '../../../support/recording-terminal.ts'

const at = Date.UTC(2026, 10, 20)
const place = { topic: 'signals', partition: 1, key: null, value: null, headers: {} }
const ranges = [
  { topic: 'signals', partition: 0, from: 0, to: 0, expectedTo: 0 },
  { topic: 'signals', partition: 1, from: 10, to: 20, expectedTo: 20 },
  { topic: 'metrics', partition: 0, from: 3, to: 99, toMs: 7, expectedTo: 13 },
]

function reportOf(given: ConstructorParameters<typeof RecordReport>[0]['ranges']): RecordReport {
  const report = new RecordReport({
    file: 'r.ndjson.gz',
    ranges: given,
    writer: { bytes: 2000, fileBytes: 300 },
  })
  report.add([
    { ...place, offset: 10, timestampMs: at + 1000 },
    { ...place, offset: 14, timestampMs: at },
  ])
  return report
}

test('says how far it is', () => {
  expect(reportOf(ranges).describe()).toBe('recording  2 records  2.0 kB  25 %')
  const endless = ranges.map(range => ({ ...range, to: null, expectedTo: null }))
  const line = 'recording  2 records  2.0 kB  up to 2026-11-20T00:00:01.000Z  Ctrl-C ends it'
  expect(reportOf(endless).describe()).toBe(line)
})

test('says what was recorded, and why no more was', () => {
  const terminal = recordingTerminal()
  reportOf(ranges).end('max_bytes', { terminal, json: false })
  expect(terminal.printed).toEqual([
    'r.ndjson.gz: 2 records, 2.0 kB, packed 300 B, stopped by --max-bytes',
    '  signals  2 records of 2 partitions',
    '  metrics  0 records of 1 partition',
    '  from 2026-11-20T00:00:00.000Z to 2026-11-20T00:00:01.000Z',
  ])
})

test('says nothing of being interrupted where that is how it ends', () => {
  const terminal = recordingTerminal()
  const report = new RecordReport({
    file: 'r.ndjson',
    ranges: [{ topic: 'signals', partition: 0, from: 0, to: null, expectedTo: null }],
    writer: { bytes: 200, fileBytes: 200 },
  })
  report.end('interrupted', { terminal, json: false })
  expect(terminal.printed).toEqual(['r.ndjson: 0 records, 200 B', '  signals  0 records of 1 partition'])
})

test('says it to programs by partition', () => {
  const terminal = recordingTerminal()
  reportOf(ranges).end('complete', { terminal, json: true })
  expect(JSON.parse(terminal.printed.join(''))).toMatchObject({
    file: 'r.ndjson.gz',
    ended: 'complete',
    records: 2,
    bytes: 2000,
    file_bytes: 300,
    first: '2026-11-20T00:00:00.000Z',
    topics: [
      {
        topic: 'signals',
        partitions: [
          { partition: 0, from_offset: '0', to_offset: '0', records: 0 },
          { partition: 1, from_offset: '10', to_offset: '15', records: 2 },
        ],
      },
      { topic: 'metrics' },
    ],
  })
})
