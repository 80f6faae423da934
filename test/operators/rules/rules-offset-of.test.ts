import { expect, test } from 'vitest'
import { rulesOffsetOf } from '../../../operators/rules/rules-offset-of.ts'
import { workRecord } from '../lanes/work-record.ts'

const of = (text: string) => rulesOffsetOf({ value: Buffer.from(text) })

test('reads what ROUTE has written, and not what the event says', () => {
  const event = '"event":{"event_id":"e","data":{"rules_offset":"99"}}'
  expect(of(`{"work_id":"w","rule_id":"r","rule_version":1,"rules_offset":"12","key":"k",${event}}`)).toBe(12)
})

test('is 0 for what says nothing, or nothing that is an offset', () => {
  expect(rulesOffsetOf({ value: null })).toBe(0)
  expect(of('not JSON')).toBe(0)
  for (const offset of ['', '-1', '1e9', 'x', '9'.repeat(17)])
    expect(of(`{"rules_offset":"${offset}"}`)).toBe(0)
  expect(of('{"rules_offset":"12')).toBe(0)
})

test('finds it in a record as ROUTE writes it', () => {
  expect(rulesOffsetOf(workRecord({ offset: 1, rulesOffset: '345' }))).toBe(345)
})
