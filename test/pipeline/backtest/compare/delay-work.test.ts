import { expect, test } from 'vitest'
import { delayWork } from '../../../../pipeline/backtest/compare/delay-work.ts'
import type { RecordedRecord } from '../../../../pipeline/recordings/recorded-record.ts'

function record(offset: number, timestampMs: number, partition = 0): RecordedRecord {
  return { topic: 'work', partition, offset, timestampMs, key: null, value: null, headers: {} }
}

/** Partition and offset of each record, and when it is played. */
async function played(
  batches: readonly (readonly RecordedRecord[])[],
  takenAtMs: (record: RecordedRecord) => number | null,
  heldMax?: number,
) {
  const seen: string[] = []
  async function* coming() {
    yield* batches
  }
  for await (const batch of delayWork(coming(), { takenAtMs, ...(heldMax !== undefined && { heldMax }) })) {
    for (const { partition, offset, playAtMs } of batch)
      seen.push(`${partition}/${offset} ${playAtMs ?? 'at once'}`)
  }
  return seen
}

test('plays each record when it arrived where nothing else is known', async () => {
  expect(await played([[record(0, 1), record(1, 2)], [record(2, 2)]], () => null)).toEqual([
    '0/0 1',
    '0/1 2',
    '0/2 2',
  ])
})

test('holds back a record and those behind it in its partition, and no others', async () => {
  const records = [
    record(0, 1),
    record(0, 2, 1),
    record(1, 3),
    record(1, 4, 1),
    record(2, 9),
    record(2, 10, 1),
  ]
  const takenAtMs = ({ partition, offset }: RecordedRecord) => (partition === 0 && offset === 0 ? 5 : null)
  expect(await played([records], takenAtMs)).toEqual(['1/0 2', '1/1 4', '0/0 5', '0/1 5', '0/2 9', '1/2 10'])
})

test('plays what is held back at the end, in the order of its times', async () => {
  const takenAtMs = ({ offset, partition }: RecordedRecord) => 10 - offset - partition
  expect(await played([[record(0, 1), record(0, 1, 1)], [record(1, 2, 1)]], takenAtMs)).toEqual([
    '1/0 9',
    '1/1 9',
    '0/0 10',
  ])
})

test('holds back no more than it may', async () => {
  const records = Array.from({ length: 4 }, (_, offset) => record(offset, 1))
  expect(await played([records.slice(0, 3)], () => 99, 3)).toHaveLength(3)
  await expect(played([records], () => 99, 3)).rejects.toThrow(
    'more than 3 records of work/0 were taken later',
  )
})
