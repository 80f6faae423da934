import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { parseCoordinates } from '../../../pipeline/dead-letters/parse-coordinates.ts'
import { parseLimit } from '../../../pipeline/dead-letters/parse-limit.ts'
import { parseNames } from '../../../pipeline/dead-letters/parse-names.ts'
import { parseTime } from '../../../pipeline/dead-letters/parse-time.ts'

test('reads what list shows as coordinates', () => {
  expect(parseCoordinates('3:1042')).toEqual({ partition: 3, offset: 1042 })
})

test('reads times with and without a zone, and days', () => {
  expect(parseTime('2026-11-20T10:00:00+02:00')).toBe(Date.UTC(2026, 10, 20, 8))
  expect(parseTime('2026-11-20T10:00')).toBe(Date.UTC(2026, 10, 20, 10))
  expect(parseTime('2026-11-20')).toBe(Date.UTC(2026, 10, 20))
})

test('reads lists of names', () => {
  expect(parseNames()('a, b')).toEqual(['a', 'b'])
  expect(parseNames(['a', 'b'])('b')).toEqual(['b'])
})

describe('refuses', () => {
  test.each<[string, (text: string) => unknown, string]>([
    ['3', parseCoordinates, 'such as 3:1042'],
    ['3:1e3', parseCoordinates, 'such as 3:1042'],
    ['-3:1', parseCoordinates, 'such as 3:1042'],
    ['yesterday', parseTime, 'such as 2026'],
    ['a,,b', parseNames(), 'empty'],
    ['a,c', parseNames(['a', 'b']), 'Unknown: c. There are a, b.'],
    ['0', parseLimit, 'above 0'],
    ['1.5', parseLimit, 'above 0'],
  ])('%s', (text, parse, message) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError)
    expect(() => parse(text)).toThrow(message)
  })
})
