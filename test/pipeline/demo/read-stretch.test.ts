import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readStretch } from '../../../pipeline/demo/read-stretch.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const line = (topic: string, offset: number, second: number) =>
  JSON.stringify({
    topic,
    partition: 0,
    offset: String(offset),
    timestamp: `2026-11-20T13:30:0${second}.000Z`,
    key: null,
    value: '{}',
    headers: {},
  })

const second = (number: number) => Date.parse('2026-11-20T13:30:00Z') + number * 1000

test('takes one topic from the beginning of the stretch to before its end', async () => {
  const lines = [line('a', 0, 1), line('a', 1, 2), line('b', 0, 2), line('a', 2, 3), line('a', 3, 4)]
  const folder = temporaryFolder({ 'day.ndjson': lines.join('\n') })
  const stretch = { topic: 'a', fromMs: second(2), toMs: second(4) }
  const records = await readStretch(join(folder, 'day.ndjson'), stretch)
  expect(records.map(({ topic, offset }) => [topic, offset])).toEqual([
    ['a', 1],
    ['a', 2],
  ])
})

test('reads nothing that comes after the stretch', async () => {
  // More than a reader takes at once, and then a line that it would refuse.
  const later = Array.from({ length: 3000 }, (_, index) => line('a', index + 1, 5))
  const folder = temporaryFolder({ 'day.ndjson': [line('a', 0, 1), ...later, 'no record'].join('\n') })
  const stretch = { topic: 'a', fromMs: second(0), toMs: second(4) }
  expect(await readStretch(join(folder, 'day.ndjson'), stretch)).toHaveLength(1)
})
