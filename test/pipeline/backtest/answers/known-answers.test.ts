import { expect, test } from 'vitest'
import { type KnownAnswer, KnownAnswers } from '../../../../pipeline/backtest/answers/known-answers.ts'

function said(text: string): KnownAnswer {
  return { kind: 'said', text, finish: 'stop', tokens: null, latencyMs: null }
}

test('keeps the newest answer of each question, as many as there is room for', () => {
  const known = new KnownAnswers({ answersMax: 2 })
  for (const hash of ['a', 'b', 'a']) known.add(hash, said(`to ${hash}`))
  expect([known.size, known.get('a'), known.get('c')]).toEqual([2, said('to a'), undefined])
  const oneMore = () => {
    known.add('c', said(''))
  }
  expect(oneMore).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})

test('counts the bytes of answers, and forgets those of answers that were replaced', () => {
  const known = new KnownAnswers({ bytesMax: 1200 })
  for (let n = 0; n < 100; n++) known.add('a', said('x'.repeat(400)))
  const oneMore = () => {
    known.add('b', { kind: 'failed', code: 'x', message: 'y', tokens: null, latencyMs: null })
  }
  expect(oneMore).toThrow('there are more answers than fit')
})
