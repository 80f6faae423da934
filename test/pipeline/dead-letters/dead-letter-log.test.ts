import { expect, test } from 'vitest'
import type { LogRecord } from '../../../operators/lanes/lane.ts'
import { DeadLetterLog, type LetterSelection } from '../../../pipeline/dead-letters/dead-letter-log.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { letterRecord } from '../../support/dead-letters.ts'

interface ReadPart {
  readonly partition: number
  readonly start: number
  readonly end: number
}

/** A topic whose partitions hold the records of `partitions`, each at its own offset. */
function log(partitions: readonly (readonly LogRecord[])[], pagesMax?: number) {
  const read: ReadPart[] = []
  const reader = {
    spans: async () =>
      partitions.map((records, partition) => ({
        partition,
        start: 0,
        end: (records.at(-1)?.offset ?? -1) + 1,
      })),
    async *read(span: ReadPart) {
      read.push(span)
      for (const record of partitions[span.partition] ?? []) {
        if (record.offset >= span.start && record.offset < span.end) yield record
      }
    },
  }
  return { log: new DeadLetterLog(reader, pagesMax), read }
}

async function places(from: DeadLetterLog, selection: LetterSelection = {}): Promise<string[]> {
  const found: string[] = []
  for await (const { letter, replayed } of from.letters(selection)) {
    found.push(`${letter.partition}:${letter.offset}${replayed ? ' replayed' : ''}`)
  }
  return found
}

function letter(offset: number, second: number): LogRecord {
  return letterRecord({ offset, headers: { 'llmtrigger-at': `2026-11-20T10:00:${second}.000Z` } })
}

function mark(offset: number, partition: number, replayed: number): LogRecord {
  const headers = {
    'llmtrigger-reason': undefined,
    'llmtrigger-replayed-partition': `${partition}`,
    'llmtrigger-replayed-offset': `${replayed}`,
  }
  return letterRecord({ offset, headers })
}

const two = [
  [
    letter(0, 10),
    letter(2, 40),
    mark(5, 0, 2),
    letterRecord({ offset: 6, headers: { 'llmtrigger-reason': undefined } }),
  ],
  [letter(1, 20), letter(3, 30), mark(4, 0, 0), mark(5, 1, 1)],
]

test('gives dead letters by time, without marks and foreign records, and tells which were replayed', async () => {
  expect(await places(log(two).log)).toEqual(['0:0', '1:1 replayed', '1:3', '0:2 replayed'])
})

test('leaves out what was replayed when only the rest is asked for', async () => {
  expect(await places(log(two).log, { pending: true })).toEqual(['0:0', '1:3'])
})

test('reads only the parts in which what is named can lie, and looks for marks behind it', async () => {
  const { log: dead, read } = log(two)
  const coordinates = [
    { partition: 1, offset: 1 },
    { partition: 1, offset: 4 },
    { partition: 7, offset: 0 },
  ]
  expect(await places(dead, { coordinates })).toEqual(['1:1 replayed'])
  expect(read).toEqual([
    { partition: 1, start: 1, end: 6 },
    { partition: 1, start: 1, end: 5 },
  ])
})

test('fails when more was replayed than it may remember', async () => {
  const many = [letter(0, 10), mark(10, 0, 0), mark(11, 0, 8192), mark(12, 0, 2 * 8192)]
  expect(await places(log([many], 3).log)).toEqual(['0:0 replayed'])
  const failing = places(log([many], 2).log)
  await expect(failing).rejects.toThrow(PipelineError)
  await expect(failing).rejects.toMatchObject({ code: 'dead_letters_unavailable' })
})
