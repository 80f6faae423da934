import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { openRecording } from '../../../pipeline/recordings/open-recording.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'
import { recordingHeaderSchema } from '../../../pipeline/recordings/recording-header.ts'
import { RECORDING_LINE_BYTES_MAX, recordingLine } from '../../../pipeline/recordings/recording-line.ts'
import { RecordingWriter } from '../../../pipeline/recordings/recording-writer.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const header = recordingHeaderSchema.parse({ llmtrigger_recording: 1 })
const headerBytes = JSON.stringify(header).length + 1

function recordAt(offset: number, value: Buffer = Buffer.from('{"a":1}')): RecordedRecord {
  const timestampMs = Date.UTC(2026, 10, 20) + offset
  return { topic: 'signals', partition: 0, offset, timestampMs, key: null, value, headers: {} }
}

async function offsetsIn(file: string, skipBad = false): Promise<number[]> {
  const offsets: number[] = []
  for await (const batch of openRecording(file, { skipBad }).batches()) {
    offsets.push(...batch.map(({ offset }) => offset))
  }
  return offsets
}

describe('recordingLine', () => {
  test('is text where all of it is text, and base64 where a byte is not', () => {
    const parsed = (record: RecordedRecord): unknown => JSON.parse(recordingLine(record).toString())
    expect(parsed(recordAt(7))).toEqual({
      topic: 'signals',
      partition: 0,
      offset: '7',
      timestamp: '2026-11-20T00:00:00.007Z',
      key: null,
      value: '{"a":1}',
      headers: {},
    })
    const headers = { a: 'text', b: [Buffer.from([255]), null], c: null }
    expect(parsed({ ...recordAt(7), headers })).toMatchObject({
      value: Buffer.from('{"a":1}').toString('base64'),
      headers: { a: 'dGV4dA==', b: ['/w==', null], c: null },
      encoding: 'base64',
    })
  })

  test('is base64 where the text is too long with all its escapes, and refuses what is too long in any way', () => {
    const quotes = Buffer.alloc(10 * 1024 * 1024, '"')
    const line = recordingLine(recordAt(1, quotes))
    expect(line.length).toBeLessThanOrEqual(RECORDING_LINE_BYTES_MAX)
    expect(line.toString('utf8', line.length - 22)).toBe('"encoding":"base64"}\n'.padStart(22, ','))
    const zeros = Buffer.alloc(13 * 1024 * 1024)
    expect(() => recordingLine(recordAt(1, zeros))).toThrow('signals/0 at offset 1: the record is too large')
  })

  test('names the record whose timestamp is no time that can be written', () => {
    const last = { ...recordAt(1), timestampMs: 8_640_000_000_000_000 }
    expect(recordingLine(last).toString()).toContain('"+275760-09-13T00:00:00.000Z"')
    for (const timestampMs of [8_640_000_000_000_001, -8_640_000_000_000_001, Infinity]) {
      expect(() => recordingLine({ ...last, timestampMs })).toThrow('signals/0 at offset 1: its timestamp')
    }
  })
})

describe('RecordingWriter', () => {
  test('does not touch a file that is there, unless it is forced', async () => {
    const file = join(temporaryFolder({ 'r.ndjson': 'mine' }), 'r.ndjson')
    await expect(RecordingWriter.open({ file, header })).rejects.toMatchObject({
      code: 'config_invalid',
      message: `${file} is there already: --force overwrites it`,
    })
    expect(readFileSync(file, 'utf8')).toBe('mine')
    const writer = await RecordingWriter.open({ file, header, force: true })
    await writer.write([recordAt(0)])
    await writer.close()
    expect(await offsetsIn(file)).toEqual([0])
  })

  test('says why there can be no such file', async () => {
    const file = join(temporaryFolder(), 'none', 'r.ndjson')
    await expect(RecordingWriter.open({ file, header })).rejects.toMatchObject({
      code: 'config_invalid',
      message: `${file} cannot be written (ENOENT)`,
    })
  })

  test('writes no line that would go over the limit, and says how many it wrote', async () => {
    const file = join(temporaryFolder(), 'r.ndjson')
    const bytes = recordingLine(recordAt(0)).length
    const writer = await RecordingWriter.open({ file, header, bytesMax: headerBytes + 3 * bytes })
    expect(await writer.write([recordAt(0), recordAt(1)])).toBe(2)
    expect(await writer.write([recordAt(2), recordAt(3)])).toBe(1)
    expect(await writer.write([recordAt(3)])).toBe(0)
    await writer.close()
    expect({ records: writer.records, bytes: writer.bytes }).toEqual({
      records: 3,
      bytes: headerBytes + 3 * bytes,
    })
    expect(await offsetsIn(file)).toEqual([0, 1, 2])
  })

  test('lets a packed file be read while it is written', async () => {
    const file = join(temporaryFolder(), 'r.ndjson.gz')
    const writer = await RecordingWriter.open({ file, header })
    const lately = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 2000)
    await writer.write([recordAt(0), recordAt(1)])
    lately.mockRestore()
    await expect.poll(() => offsetsIn(file, true).catch(() => []), { timeout: 5000 }).toEqual([0, 1])
    await expect(offsetsIn(file)).rejects.toThrow(':4: the gzip data is cut off')
    await writer.close()
    expect(await offsetsIn(file)).toEqual([0, 1])
  })

  test('says it when the file cannot hold more', async () => {
    if (!existsSync('/dev/full')) return
    const packed = join(temporaryFolder(), 'r.ndjson.gz')
    symlinkSync('/dev/full', packed)
    for (const file of ['/dev/full', packed]) {
      const writer = await RecordingWriter.open({ file, header, force: true })
      const more = async () => {
        for (let offset = 0; offset < 200; offset++)
          await writer.write([recordAt(offset, Buffer.alloc(100_000))])
        await writer.close()
      }
      await expect(more()).rejects.toMatchObject({
        code: 'recording_failed',
        message: `${file} cannot be written (ENOSPC)`,
      })
    }
  })
})
