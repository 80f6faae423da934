import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SentRecord } from '../../../../pipeline/kafka/recordings/record-sender.ts'
import { openRecording } from '../../../../pipeline/recordings/open-recording.ts'
import { recordingLine } from '../../../../pipeline/recordings/recording-line.ts'
import type { RecordedRecord } from '../../../../pipeline/recordings/recorded-record.ts'
import { Acknowledged } from '../../../../pipeline/recordings/replay/acknowledged.ts'
import { Pace } from '../../../../pipeline/recordings/replay/pace.ts'
import { playRecords, type PlayRecordsOptions } from '../../../../pipeline/recordings/replay/play-records.ts'
import { surveyRecording } from '../../../../pipeline/recordings/replay/survey-recording.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const t0 = Date.UTC(2026, 10, 20)
const header = JSON.stringify({
  llmtrigger_recording: 1,
  topics: [
    { topic: 'a', partitions: [{ partition: 5, from_offset: '0', to_offset: '0' }] },
    { topic: 'none', partitions: [] },
  ],
})

function recordingOf(times: readonly number[]) {
  const records = times.map((time, offset): RecordedRecord => {
    const place = { topic: offset % 2 === 0 ? 'a' : 'b', partition: offset % 3, offset }
    const value = Buffer.from([offset, 255])
    return { ...place, timestampMs: t0 + time, key: null, value, headers: { h: [null, Buffer.from('x')] } }
  })
  const lines = [Buffer.from(`${header}\n`), ...records.map(recordingLine)]
  const file = join(temporaryFolder({ 'r.ndjson': Buffer.concat(lines) }), 'r.ndjson')
  return openRecording(file)
}

const target = (topic: string) => ({
  topic,
  target: `${topic}-copy`,
  partitions: 9,
  keepsPartitions: true,
  records: 1,
})

async function play(times: readonly number[], more: Partial<PlayRecordsOptions> = {}): Promise<SentRecord[]> {
  const sent: SentRecord[] = []
  await playRecords({
    recording: recordingOf(times),
    selection: {},
    targets: [target('a'), target('b')],
    acknowledged: new Acknowledged(),
    sender: { add: record => sent.push(record), hasRoom: true, room: () => Promise.resolve() },
    pace: new Pace({ speed: 'max', wall: () => 0 }),
    wall: () => 0,
    timestampOf: ({ timestampMs }) => timestampMs,
    onWait: () => undefined,
    stopping: new AbortController().signal,
    ...more,
  })
  return sent
}

describe('surveyRecording', () => {
  test('counts what is selected, and the partitions that the header names as well', async () => {
    const survey = await surveyRecording(recordingOf([0, 5, 3, 1]), { fromMs: t0, toMs: t0 + 5 })
    expect(survey).toEqual({
      topics: new Map([
        ['a', { records: 2, partitions: 6 }],
        ['b', { records: 1, partitions: 1 }],
      ]),
      records: 3,
      firstMs: t0,
      lastMs: t0 + 3,
    })
  })

  test('finds nothing where nothing is selected', async () => {
    const survey = await surveyRecording(recordingOf([0, 5]), { topics: ['c'] })
    expect(survey).toMatchObject({ records: 0, topics: new Map() })
  })
})

describe('playRecords', () => {
  test('hands over each record with all that it holds', async () => {
    const [first, second] = await play([0, 5])
    expect(first).toMatchObject({ target: 'a-copy', partition: 0, index: 0 })
    expect(second).toMatchObject({ target: 'b-copy', partition: 1, index: 1 })
    const { message } = second ?? {}
    expect(message).toMatchObject({ key: null, value: Buffer.from([1, 255]), timestamp: `${t0 + 5}` })
    expect(message?.headers).toEqual({ h: [Buffer.alloc(0), Buffer.from('x')] })
  })

  test('passes over what was acknowledged, and what is not selected', async () => {
    const acknowledged = new Acknowledged({ 'a-copy/0': 0, 'a-copy/2': 2 }, 2)
    const sent = await play([0, 1, 2, 3, 4, 5, 6], { acknowledged, selection: { toMs: t0 + 6 } })
    expect(sent.map(({ index }) => index)).toEqual([1, 3, 4, 5])
  })

  test('waits for room', async () => {
    const turns: string[] = []
    const sender = {
      add: ({ index }: SentRecord) => turns.push(`add ${index}`),
      get hasRoom() {
        return turns.length !== 1
      },
      room: () => {
        turns.push('room')
        return Promise.resolve()
      },
    }
    await play([0, 1], { sender })
    expect(turns).toEqual(['add 0', 'room', 'add 1'])
  })

  test('fails where what was handed over could not be sent', async () => {
    const sender = { add: () => undefined, hasRoom: false, room: () => Promise.reject(new Error('away')) }
    await expect(play([0], { sender })).rejects.toThrow('away')
  })

  test('ends while it waits when it is told to stop', async () => {
    const stopping = new AbortController()
    const waits: number[] = []
    const sent = await play([0, 60_000], {
      pace: new Pace({ speed: 1, wall: () => 0 }),
      onWait: dueMs => {
        waits.push(dueMs)
        if (dueMs > 0) stopping.abort()
      },
      stopping: stopping.signal,
    })
    expect(waits).toEqual([0, 60_000])
    expect(sent.map(({ index }) => index)).toEqual([0])
  })
})
