import { expect, test } from 'vitest'
import { correctiveMessages, SHOWN_ANSWER_LENGTH_MAX } from '../../../operators/asking/corrective-messages.ts'
import type { ModelMessage } from '../../../operators/asking/model.ts'

const asked: readonly ModelMessage[] = [
  { role: 'system', content: 'judge' },
  { role: 'user', content: 'events' },
]

test('repeats what was asked, shows the answer and names the problem', () => {
  const messages = correctiveMessages(asked, 'Yes!', 'the answer has no JSON object')
  expect(messages.slice(0, 2)).toEqual(asked)
  expect(messages[2]).toEqual({ role: 'assistant', content: 'Yes!' })
  expect(messages[3]?.content).toContain('the answer has no JSON object')
})

test('shows a long answer only in part and without invisible characters', () => {
  const messages = correctiveMessages(asked, `\u202E${'x'.repeat(10 * SHOWN_ANSWER_LENGTH_MAX)}`, 'p')
  expect(messages[2]?.content).toBe('x'.repeat(SHOWN_ANSWER_LENGTH_MAX - 1))
})

test('says that an answer was empty', () => {
  expect(correctiveMessages(asked, ' \u200B', 'p')[2]?.content).toBe('(empty)')
})
