import { expect, test } from 'vitest'
import { workOf } from '../../../operators/windows/work-of.ts'
import { workOf as workFacts } from '../lanes/work-record.ts'
import { heldWork, ruleOf } from './held-work.ts'

const held = heldWork(ruleOf('rule', { trigger_mode: 'realtime' }), { offset: 3 })

test('parses the text of what is held', () => {
  expect(workOf(held)).toEqual(workFacts({ offset: 3 }))
})

test('takes the work that was kept', () => {
  const work = workFacts({ offset: 9 })
  expect(workOf({ ...held, work })).toBe(work)
})

test('throws when the text is no work any more, which is a bug', () => {
  expect(() => workOf({ ...held, text: '{' })).toThrow('the work held at offset 3 is none: not JSON')
})
