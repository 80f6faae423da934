import { expect, test } from 'vitest'
import { deadLetter } from '../../operators/lanes/dead-letter.ts'
import type { LogRecord } from '../../operators/lanes/lane.ts'
import { sourceOfOutput } from '../../pipeline/source-of-output.ts'
import { workRecord } from '../operators/lanes/work-record.ts'

const source = { topic: 'events', partition: 0, offset: 7 }
const work = workRecord({ offset: 7 })

/** As it lies on the dead-letter topic. */
function letterOf(stage: 'route' | 'decide'): LogRecord {
  const { headers = {} } = deadLetter(work, {
    topic: 'dead-letter',
    partition: 0,
    stage,
    reason: 'event_invalid',
    detail: 'no JSON',
    target: 'events',
    source: { ...source, offset: `${source.offset}` },
    atMs: 0,
  })
  return { ...work, offset: 3, headers }
}

test('names the record that a work record or a dead letter came of', () => {
  expect(sourceOfOutput(work)).toEqual(source)
  expect(sourceOfOutput(letterOf('route'))).toEqual(source)
})

test.each([
  ['a dead letter of another stage', letterOf('decide')],
  ['the mark of a replay', { ...work, value: null, headers: { 'llmtrigger-replayed-offset': '7' } }],
  ['a record without a value', { ...work, value: null }],
  ['no JSON', { ...work, value: Buffer.from('{') }],
  ['no work', { ...work, value: Buffer.from('{"source":{"topic":"events"}}') }],
])('knows no source of what ROUTE has not written: %s', (_what, record) => {
  expect(sourceOfOutput(record)).toBeNull()
})
