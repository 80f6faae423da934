import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRecording } from '../../../pipeline/recordings/read-recording.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const line = (offset: number) =>
  JSON.stringify({
    topic: 'signals',
    partition: 0,
    offset: `${offset}`,
    timestamp: '2026-11-20T10:00:00.123Z',
    key: 'abc',
    value: 'defgh',
  })

test('gives all records of a recording, up to so many bytes', async () => {
  const text = [line(0), line(1)].join('\n')
  const file = join(temporaryFolder({ 'r.ndjson': text }), 'r.ndjson')
  expect((await readRecording(file, 16)).map(({ offset }) => offset)).toEqual([0, 1])
  await expect(readRecording(file, 15)).rejects.toMatchObject({
    code: 'recording_invalid',
    message: `${file}: more than 15 bytes, which is too much here`,
  })
})
