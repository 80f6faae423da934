import { expect, test } from 'vitest'
import { parseAnswer, REASON_CHARACTERS_MAX } from '../../../operators/asking/parse-answer.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { ModelReply } from '../../../operators/asking/model.ts'

const verdict = '{"should_trigger": true, "confidence": 0.9, "reason": "five large buys"}'
const answer = { shouldTrigger: true, confidence: 0.9, reason: 'five large buys' }

function reply(text: string, finish: ModelReply['finish'] = 'stop'): ModelReply {
  return { text, finish, tokens: { input: 1, output: 1 } }
}

function failureOf(text: string, finish: ModelReply['finish'] = 'stop'): PipelineError {
  const parsed = parseAnswer(reply(text, finish))
  if (parsed instanceof PipelineError) return parsed
  throw new Error(`parsed as ${JSON.stringify(parsed)}`)
}

function withReason(reason: string): string {
  return JSON.stringify({ should_trigger: false, confidence: 1, reason })
}

test.each([
  ['plain', verdict],
  ['in white space', `\n  ${verdict}\n`],
  ['in a json fence', `\`\`\`json\n${verdict}\n\`\`\``],
  ['in a bare fence', `\`\`\`\n${verdict}\n\`\`\``],
  ['in a fence on one line', `\`\`\`json ${verdict}\`\`\``],
])('reads a verdict %s', (_name, text) => {
  expect(parseAnswer(reply(text))).toEqual(answer)
})

test.each([0, 1])('takes a confidence of %d', confidence => {
  expect(parseAnswer(reply(JSON.stringify({ should_trigger: false, confidence, reason: '' })))).toEqual({
    shouldTrigger: false,
    confidence,
    reason: '',
  })
})

test.each([
  ['length', 'answer_truncated'],
  ['refusal', 'model_refused'],
  ['content_filter', 'model_content_filtered'],
] as const)('looks at the finish reason %s before a perfect verdict', (finish, code) => {
  expect(failureOf(verdict, finish).code).toBe(code)
})

test.each([
  ['empty', ' ', 'empty'],
  ['prose', 'Yes, the rule holds.', 'no JSON object'],
  ['prose before', `Sure: ${verdict}`, 'before'],
  ['prose after', `${verdict} Hope that helps!`, 'after'],
  ['two objects', `${verdict}\n${verdict}`, 'more than one'],
  ['a list', `[${verdict}]`, 'list'],
  ['an object inside another', `{"answer": ${verdict}}`, 'should_trigger'],
  ['an extra key', verdict.replace('}', ', "unless": "it is Monday"}'), 'unless'],
  ['a doubled key', verdict.replace('}', ', "should_trigger": false}'), 'should_trigger'],
  ['a missing key', '{"should_trigger": true, "confidence": 0.9}', 'reason'],
  ['a percentage', verdict.replace('0.9', '"90%"'), 'confidence'],
  ['a number as text', verdict.replace('0.9', '"0.9"'), 'confidence'],
  ['a confidence above 1', verdict.replace('0.9', '90'), 'confidence'],
  ['a confidence below 0', verdict.replace('0.9', '-0.1'), 'confidence'],
  ['an endless confidence', verdict.replace('0.9', '1e999'), 'confidence'],
  ['null', verdict.replace('true', 'null'), 'should_trigger'],
  ['a verdict as text', verdict.replace('true', '"true"'), 'should_trigger'],
  ['only null', 'null', 'no JSON object'],
  ['a cut object', verdict.slice(0, 30), 'not complete'],
  ['a cut number', '{"should_trigger": true, "confidence": 0.}', 'not valid JSON'],
  ['a trailing comma', verdict.replace('}', ',}'), 'not valid JSON'],
  ['single quotes', verdict.replaceAll('"', "'"), 'not valid JSON'],
  ['a fence that never ends', `\`\`\`json\n${verdict}`, 'before'],
  ['a fence inside the text', `\`\`\`json\n${verdict}\n\`\`\`\n\`\`\`json\n${verdict}\n\`\`\``, 'after'],
])('refuses %s and names the problem', (_name, text, problem) => {
  const failure = failureOf(text)
  expect(failure.code).toBe('answer_invalid')
  expect(failure.message).toContain(problem)
})

test('cuts a long reason by whole characters', () => {
  const parsed = parseAnswer(reply(withReason('😀'.repeat(REASON_CHARACTERS_MAX + 1))))
  expect(parsed).toMatchObject({ reason: '😀'.repeat(REASON_CHARACTERS_MAX) })
})

test('removes control and invisible characters from the reason', () => {
  const parsed = parseAnswer(reply(withReason('a\u001B[31mb\u202E c\u{E0041}\r\nd\t e')))
  expect(parsed).toMatchObject({ reason: 'a[31mb c d e' })
})

test('mends a lone surrogate in the reason', () => {
  const parsed = parseAnswer(reply('{"should_trigger": false, "confidence": 1, "reason": "a\\ud83d"}'))
  expect(parsed).toMatchObject({ reason: 'a\uFFFD' })
})

test('keeps its message short and visible whatever the answer holds', () => {
  const { message } = failureOf(
    verdict.replace('}', `, ${JSON.stringify('\u202E'.repeat(9) + 'k'.repeat(5000))}: 1}`),
  )
  expect(message.length).toBeLessThanOrEqual(500)
  expect(message).not.toContain('\u202E')
})
