import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeCursor } from '../../../operators/lanes/decode-cursor.ts'
import { encodeCursor } from '../../../operators/lanes/encode-cursor.ts'
import { laneCursor } from '../../../operators/lanes/lane-cursor.ts'

const cursorAt = (cursor: { metadata(watermark: number): string }, watermark: number) =>
  decodeCursor(cursor.metadata(watermark))

test('writes the format, the cursor and the sum of both', () => {
  expect(encodeCursor(42)).toMatch(/^1;42;[0-9a-f]{8}$/)
  expect(decodeCursor(encodeCursor(42))).toBe(42)
})

test('uses the checksum that every zip file has', () => {
  for (const cursor of [0, 9, 123_456_789, 999_999_999_999_999]) {
    const sum = crc32(`1;${cursor}`).toString(16).padStart(8, '0')
    expect(encodeCursor(cursor)).toBe(`1;${cursor};${sum}`)
  }
})

test.each([
  ['nothing', ''],
  ['only padding', '\0\0'],
  ['another format', encodeCursor(5).replace('1;', '2;')],
  ['no sum', '1;5'],
  ['a wrong sum', '1;5;00000000'],
  ['a changed digit', encodeCursor(15).replace('15', '16')],
  ['a cut sum', encodeCursor(5).slice(0, -1)],
  ['a part too many', `${encodeCursor(5)};x`],
  ['a negative cursor', encodeCursor(-1)],
  ['a cursor that is no number', encodeCursor(NaN)],
  ['a cursor beyond what a number holds', encodeCursor(1e16)],
  ['padding inside', encodeCursor(5).replace(';', '\0;')],
  ['padding in front', `\0${encodeCursor(5)}`],
  ['another program’s text', '{"offset":5}'],
])('reads no cursor out of %s', (_, metadata) => {
  expect(decodeCursor(metadata)).toBeNull()
})

test('ignores the padding that a broker puts behind metadata', () => {
  expect(decodeCursor(`${encodeCursor(77)}\0\0\0`)).toBe(77)
})

test('gives an offset the end of the journal at its first delivery', () => {
  const cursor = laneCursor({ cursor: 0, journalEnd: 10, known: -1 })
  cursor.delivered(0)
  cursor.delivered(1)
  cursor.journalEndsAt(12)
  cursor.delivered(2)
  cursor.journalEndsAt(15)
  cursor.delivered(3)
  expect(cursorAt(cursor, 0)).toBe(10)
  expect(cursorAt(cursor, 1)).toBe(10)
  expect(cursorAt(cursor, 2)).toBe(12)
  expect(cursorAt(cursor, 3)).toBe(15)
  expect(cursorAt(cursor, 4)).toBe(15)
})

test('keeps the cursor that was read for offsets up to the highest decided one', () => {
  const cursor = laneCursor({ cursor: 3, journalEnd: 20, known: 8 })
  for (const offset of [5, 6, 7, 8]) cursor.delivered(offset)
  cursor.journalEndsAt(21)
  expect(cursorAt(cursor, 5)).toBe(3)
  expect(cursorAt(cursor, 8)).toBe(3)
  cursor.delivered(9)
  expect(cursorAt(cursor, 8)).toBe(3)
  expect(cursorAt(cursor, 9)).toBe(21)
})

test('never goes back when an older end of the journal is told', () => {
  const cursor = laneCursor({ cursor: 0, journalEnd: 10, known: -1 })
  cursor.journalEndsAt(8)
  cursor.delivered(0)
  expect(cursorAt(cursor, 0)).toBe(10)
})

test('gives a watermark that skips several marks the last of them', () => {
  const cursor = laneCursor({ cursor: 0, journalEnd: 1, known: -1 })
  for (let offset = 0; offset < 10; offset++) {
    cursor.delivered(offset)
    cursor.journalEndsAt(offset + 2)
  }
  expect(cursorAt(cursor, 9)).toBe(10)
})
