import { expect, test, vi } from 'vitest'
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

const elsewhere = { topic: 'others', partition: 1, offset: '3', timestamp: 0 }

test.each([
  ['an event that names another one', { event: { data: { source: elsewhere } } }, ['event', 'source']],
  ['the event last', { event: { data: { source: elsewhere } } }, ['source', 'event']],
])('takes the source from its own place: %s', (_what, changed, order) => {
  const whole = { ...JSON.parse(String(work.value)), ...changed }
  const value = Buffer.from(JSON.stringify(Object.fromEntries(order.map(key => [key, whole[key]]))))
  expect(sourceOfOutput({ ...work, value })).toEqual(source)
})

test('reads no more than the end of a large record', () => {
  const parsed = vi.spyOn(JSON, 'parse')
  const whole = { ...JSON.parse(String(work.value)), event: { data: { text: 'x'.repeat(100_000) } } }
  const { source: last, ...first } = whole
  parsed.mockClear()
  expect(sourceOfOutput({ ...work, value: Buffer.from(JSON.stringify({ ...first, source: last })) })).toEqual(
    source,
  )
  expect(parsed.mock.calls.map(([text]) => text.length < 512)).toEqual([true])
  parsed.mockRestore()
})
