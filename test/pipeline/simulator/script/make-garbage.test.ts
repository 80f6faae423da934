import { expect, test } from 'vitest'
import { parseAnswer } from '../../../../operators/asking/parse-answer.ts'
import { makeGarbage } from '../../../../pipeline/simulator/script/make-garbage.ts'
import { PipelineError } from '../../../../schemas/failure.ts'

const verdict = { text: '{"should_trigger":true,"confidence":0.9,"reason":"r"}', finishReason: 'stop' }

test.each([
  ['prose', 0, 'answer_invalid'],
  ['an object inside another', 2, 'answer_invalid'],
  ['a cut object', 3, 'answer_truncated'],
  ['two objects', 4, 'answer_invalid'],
  ['a percentage', 5, 'answer_invalid'],
])('makes %s, which is no verdict', (_name, kind, code) => {
  const { text, finishReason } = makeGarbage(verdict, (kind + 0.5) / 6)
  const finish = finishReason === 'length' ? 'length' : 'stop'
  const answer = parseAnswer({ text, finish, tokens: { input: 1, output: 1 } })
  expect(answer).toBeInstanceOf(PipelineError)
  expect(answer).toMatchObject({ code })
})

test('puts a verdict in a fence, which is harmless', () => {
  const { text } = makeGarbage(verdict, 1.5 / 6)
  expect(parseAnswer({ text, finish: 'stop', tokens: { input: 1, output: 1 } })).toMatchObject({
    shouldTrigger: true,
  })
})
