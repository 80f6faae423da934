import { expect, test } from 'vitest'
import { tailFilter } from '../../../pipeline/tail/tail-filter.ts'

const document = { rule_id: 'a', outcome: 'triggered', of_another_version: 1 }
const record = (key: string | null, value: string | null) => ({
  offset: 0,
  timestampMs: 0,
  headers: {},
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
})
const text = JSON.stringify(document)

test.each([{}, { rule: 'a' }, { outcome: 'triggered' }, { rule: 'a', outcome: 'triggered' }])(
  'passes a document that is asked for by %j, with all of its fields',
  selection => {
    expect(tailFilter(record('a|k|x', text), selection)).toEqual(document)
  },
)

test.each([{ rule: 'b' }, { rule: 'a|k' }, { outcome: 'cancelled' }, { rule: 'b', outcome: 'triggered' }])(
  'passes none that is not, by %j',
  selection => {
    expect(tailFilter(record('a|k', text), selection)).toBeNull()
  },
)

test.each([
  [null, text],
  ['a', text],
  ['|k', text],
  ['a|k', null],
  ['a|k', 'no JSON'],
])('passes nothing of a record with the key %j and the value %j', (key, value) => {
  expect(tailFilter(record(key, value), {})).toBeNull()
})
