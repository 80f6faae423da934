import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BadLine } from '../../../pipeline/recordings/bad-line.ts'
import { describeRecord } from '../../../pipeline/recordings/describe-record.ts'
import { parseLine } from '../../../pipeline/recordings/parse-line.ts'

const odd = fc.oneof(
  fc.constantFrom(null, 0, -1, 1.5, 99_999, 100_000, '', 'aw==', 'a', '\u{d800}', 'base64', 'utf8', [], {}),
  fc.constantFrom(
    [null],
    ['aw==', null],
    [[]],
    { a: 'aw==' },
    { a: ['k', null], b: null },
    { a: {} },
    'signals',
  ),
  fc.constantFrom('17', '9'.repeat(15), '9'.repeat(16), '2026-11-20T10:00:00Z', '2026-11-31T10:00:00Z'),
)
const line = fc.record(
  {
    topic: fc.oneof({ weight: 9, arbitrary: fc.constant('signals') }, odd),
    partition: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, odd),
    offset: fc.oneof({ weight: 9, arbitrary: fc.constant('17') }, odd),
    timestamp: fc.oneof({ weight: 9, arbitrary: fc.constant('2026-11-20T10:00:00.5Z') }, odd),
    key: fc.oneof({ weight: 9, arbitrary: fc.constant('aw==') }, odd),
    value: fc.oneof({ weight: 9, arbitrary: fc.constant('dg==') }, odd),
    headers: fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, odd),
    encoding: fc.oneof({ weight: 5, arbitrary: fc.constant('base64') }, odd),
  },
  { requiredKeys: [] },
)

test('takes a line as a record exactly where nothing is to be said against it', () => {
  fc.assert(
    fc.property(line, given => {
      const parsed = parseLine(Buffer.from(JSON.stringify(given)))
      expect(parsed instanceof BadLine ? parsed.problem : '').toBe(describeRecord(given))
    }),
    { numRuns: 5000 },
  )
})
