import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRecording } from '../../../pipeline/recordings/read-recording.ts'
import { PipelineError } from '../../../schemas/failure.ts'

const good = {
  topic: 'signals',
  partition: 1,
  offset: '17',
  timestamp: '2026-11-20T10:00:00.123Z',
  key: 'BTCUSDT',
  value: '{"event_type":"x"}',
  headers: { trace: 'a' },
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmtrigger-recording-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function file(...lines: readonly unknown[]): string {
  const path = join(folder, 'recording.ndjson')
  const text = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line)))
  writeFileSync(path, `${text.join('\n')}\n`)
  return path
}

function failure(path: string, bytesMax?: number): PipelineError {
  try {
    readRecording(path, bytesMax)
  } catch (error) {
    if (error instanceof PipelineError) return error
    throw error
  }
  throw new Error('no failure')
}

describe('readRecording', () => {
  test('gives each record its bytes, its time and its offset', () => {
    const tombstone = { ...good, offset: '18', key: null, value: null, headers: {} }
    expect(readRecording(file(good, '', tombstone))).toEqual([
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

  test('reads bytes that are not UTF-8 from base64', () => {
    const bytes = Buffer.from([0, 255, 128])
    const line = { ...good, value: bytes.toString('base64'), key: 'AAE=', headers: {}, encoding: 'base64' }
    expect(readRecording(file(line))[0]).toMatchObject({ value: bytes, key: Buffer.from([0, 1]) })
  })

  test.each([
    ['a line that is not JSON', '{"topic": "sig', ':2: not JSON: {"topic": "sig'],
    ['a line that is no record', '[]', ':2: line: '],
    ['a missing topic', { ...good, topic: undefined }, ':2: topic: '],
    ['a number as offset', { ...good, offset: 17 }, ':2: offset: '],
    ['an offset that is no number', { ...good, offset: 'x' }, ':2: offset: a decimal number as text'],
    ['a time that is none', { ...good, timestamp: 'noon' }, ':2: timestamp: an ISO-8601 time in UTC'],
    ['a value that is no text', { ...good, value: {} }, ':2: value: '],
  ])('names the line of %s', (_, line, message) => {
    const error = failure(file(good, line))
    expect(error.code).toBe('config_invalid')
    expect(error.message).toContain(`recording.ndjson${message}`)
  })

  test('names everything that is wrong with a line', () => {
    expect(failure(file({ ...good, topic: '', partition: -1 })).message).toMatch(/topic: .*; partition: /)
  })

  test('refuses an empty recording, one that is not there, and one over the limit', () => {
    expect(failure(file('')).message).toContain('the recording is empty')
    expect(failure(join(folder, 'none.ndjson')).message).toContain('cannot be read (ENOENT)')
    const path = file(good)
    expect(failure(path, 100).message).toContain('a recording has at most 100')
  })
})
