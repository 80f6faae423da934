import { expect, test } from 'vitest'
import { parseBound } from '../../../../pipeline/recordings/record/parse-bound.ts'

const parse = parseBound({ earliest: 'earliest', now: 'latest' })

test.each([
  ['earliest', { kind: 'earliest', at: 0 }],
  ['now', { kind: 'latest', at: 0 }],
  ['offset:42', { kind: 'offset', at: 42 }],
  ['offset 0', { kind: 'offset', at: 0 }],
  ['2026-11-20', { kind: 'time', at: Date.UTC(2026, 10, 20) }],
  ['2026-11-20T10:00:00+02:00', { kind: 'time', at: Date.UTC(2026, 10, 20, 8) }],
])('reads %s', (text, bound) => {
  expect(parse(text)).toEqual({ ...bound, text })
})

test.each(['latest', 'yesterday', 'offset:', 'offset:-1', `offset:${'9'.repeat(16)}`, '', 'toString', '42'])(
  'refuses %j and says what there is',
  text => {
    expect(() => parse(text)).toThrow('It is earliest, now, offset:N, or a time such as 2026-11-20T10:00:00Z')
  },
)
