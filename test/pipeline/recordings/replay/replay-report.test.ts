import { describe, expect, test } from 'vitest'
import { Acknowledged } from '../../../../pipeline/recordings/replay/acknowledged.ts'
import { ReplayReport } from '../../../../pipeline/recordings/replay/replay-report.ts'
import { timeWarnings } from '../../../../pipeline/recordings/replay/time-warnings.ts'
import { recordingTerminal } from '../../../support/recording-terminal.ts'

const survey = { topics: new Map(), records: 200, firstMs: 0, lastMs: 90_000 }
const targets = [
  { topic: 'signals', target: 'copy', partitions: 4, keepsPartitions: true, records: 150 },
  { topic: 'metrics', target: 'metrics', partitions: 1, keepsPartitions: false, records: 50 },
]
const message = { key: null, value: null }

function reporting(speed: number | 'max', before = 0) {
  const clock = { nowMs: 1000 }
  const acknowledged = new Acknowledged({}, before)
  const report = new ReplayReport({
    file: 'r.ndjson',
    survey,
    targets,
    acknowledged,
    skipped: { not_json: 2 },
    speed,
    pace: { leftMs: () => 65_000 },
    wall: () => clock.nowMs,
  })
  const send = (count: number, lateMs: number) => {
    const records = Array.from({ length: count }, (_, index) => ({
      ...{ target: 'copy', partition: 0, message, index, bytes: 1 },
      dueMs: clock.nowMs - lateMs,
    }))
    report.sent(records)
    acknowledged.add(records)
  }
  return { clock, report, send }
}

function told(report: ReplayReport, ended: 'complete' | 'interrupted' | 'dry_run', json = false) {
  const terminal = recordingTerminal()
  report.end(ended, { terminal, json })
  return terminal.printed
}

describe('ReplayReport', () => {
  test('says how far it is by the times of the recording, and when the next record is far', () => {
    const { report, send } = reporting(1)
    send(50, 1)
    expect(report.describe()).toBe('replaying  50 of 200 records  25 %  1 min 5 s left')
    report.next(9000)
    expect(report.describe()).toBe('replaying  50 of 200 records  25 %  1 min 5 s left  the next one in 8 s')
  })

  test('says at max how long it takes by what it has done itself', () => {
    const { clock, report, send } = reporting('max', 100)
    send(50, 0)
    clock.nowMs += 10_000
    expect(report.describe()).toBe('replaying  150 of 200 records  75 %  10 s left')
  })

  test('says what it did, and how well it kept its pace', () => {
    const { clock, report, send } = reporting(1)
    send(190, 0.4)
    send(9, 5)
    send(1, 1200)
    clock.nowMs += 90_000
    expect(told(report, 'complete')).toEqual([
      'r.ndjson: replayed 200 records in 1 min 30 s',
      '  150 records of signals to copy, each into its partition',
      '  50 records to metrics, by key, since more than 1 partition were recorded',
      '  pace: half of them within 1.0 ms of their time, 99 % within 5.2 ms, all within 1 s',
    ])
  })

  test('says only how much it did where it was interrupted, and nothing of pace at max', () => {
    const { report, send } = reporting('max')
    send(50, 0.5)
    expect(told(report, 'interrupted')).toEqual(['r.ndjson: replayed 50 of 200 records in 0 s'])
  })

  test('says what it would do', () => {
    expect(told(reporting(10).report, 'dry_run')[0]).toBe(
      'r.ndjson: would replay 200 records of 1 min 30 s in 9 s',
    )
    const lines = told(reporting('max').report, 'dry_run')
    expect(lines[0]).toBe('r.ndjson: would replay 200 records of 1 min 30 s as fast as it goes')
    expect(lines).toHaveLength(3)
  })

  test('says it to programs', () => {
    const { report, send } = reporting(1)
    send(50, 3)
    expect(JSON.parse(told(report, 'complete', true).join(''))).toMatchObject({
      file: 'r.ndjson',
      ended: 'complete',
      records: 50,
      of_records: 200,
      pace_ms: { max: 3 },
      targets: [
        { topic: 'signals', target: 'copy', records: 150, partitions: 'kept' },
        { topic: 'metrics', target: 'metrics', records: 50, partitions: 'by_key' },
      ],
      skipped: { not_json: 2 },
    })
  })
})

describe('timeWarnings', () => {
  const nowMs = 100 * 86_400_000
  const times = [
    { topic: 'kept', isAppendTime: false, retentionMs: null },
    { topic: 'week', isAppendTime: false, retentionMs: 7 * 86_400_000 },
    { topic: 'append', isAppendTime: true, retentionMs: 1 },
  ]

  test('say what becomes of kept times', () => {
    expect(timeWarnings(times, { survey, timestamps: 'keep', nowMs })).toEqual([
      'week deletes what is older than 168 h 0 min, and the first records are: --timestamps now keeps them',
      'append has LogAppendTime: its records get the time at which they come',
    ])
  })

  test('say nothing where the records are young enough, or get the time of now', () => {
    expect(
      timeWarnings(times, { survey: { firstMs: nowMs - 1000 }, timestamps: 'keep', nowMs }),
    ).toHaveLength(1)
    expect(timeWarnings(times, { survey, timestamps: 'now', nowMs })).toEqual([])
  })
})
