import { expect, test } from 'vitest'
import { buildPrompt } from '../../../../operators/asking/build-prompt.ts'
import { compileScript } from '../../../../pipeline/simulator/script/compile-script.ts'
import { PipelineError } from '../../../../schemas/failure.ts'
import type { Event } from '../../../../schemas/event.ts'

function promptOf(description: string, volumes: readonly number[], promptTokensMax = 8000): string {
  const events = volumes.map<Event>((volume, index) => ({
    event_id: `e-${index}`,
    event_type: 'trade.signal',
    source: 's',
    timestamp: '2026-11-20T10:00:00.123Z',
    context_key: 'BTCUSDT',
    data: { volume, side: index % 2 === 0 ? 'buy' : 'sell', large: volume > 10 },
  }))
  const { messages } = buildPrompt({
    description,
    events,
    promptTokensMax,
    fenceSecret: 'k',
  })
  return messages.map(({ content }) => content).join('\n\n')
}

function verdict(text: string): unknown {
  return JSON.parse(text)
}

test.each([
  ['count == 3', true],
  ['count >= 4', false],
  ['sum.volume == 60', true],
  ['min.volume == 10 && max.volume == 30', true],
  ['first.side == "buy" && last.volume == 30', true],
  ['rule.contains("Large")', true],
  ['distinct.side == 2 && distinct.volume == 3', true],
  ['sum.large == 2 && min.large == 0 && max.large == 1', true],
  ['context_key == "BTCUSDT"', true],
])('judges a window by %s', (answerWhen, shouldTrigger) => {
  const script = compileScript({ answers: null, answerWhen })
  expect(verdict(script(promptOf('Large buys', [10, 20, 30])).text)).toMatchObject({
    should_trigger: shouldTrigger,
  })
})

test('says no, and why, when the expression is unknown', () => {
  const { text } = compileScript({ answers: null, answerWhen: 'sum.price > 1' })(promptOf('r', [1]))
  expect(verdict(text)).toEqual({
    should_trigger: false,
    confidence: 0.9,
    reason: 'the expression is unknown for these events',
  })
})

test('uses a list in turn and begins again', () => {
  const script = compileScript({
    answers: [
      { should_trigger: true, confidence: 0.8, reason: 'a' },
      { should_trigger: false, confidence: 0.6, reason: 'b' },
    ],
    answerWhen: null,
  })
  const reasons = [1, 2, 3].map(() => verdict(script('x').text))
  expect(reasons).toMatchObject([{ reason: 'a' }, { reason: 'b' }, { reason: 'a' }])
})

test('takes the first entry that fits the prompt', () => {
  const script = compileScript({
    answers: [
      { match: 'Large buys', when: 'sum.volume > 50', confidence: 0.95, reason: 'large' },
      { match: 'Anything', should_trigger: false },
    ],
    answerWhen: null,
  })
  expect(verdict(script(promptOf('Large buys', [30, 30])).text)).toEqual({
    should_trigger: true,
    confidence: 0.95,
    reason: 'large',
  })
  expect(verdict(script(promptOf('Large buys', [30])).text)).toMatchObject({ should_trigger: false })
  expect(verdict(script(promptOf('Anything', [30])).text)).toMatchObject({ should_trigger: false })
  expect(verdict(script(promptOf('Other', [30])).text)).toMatchObject({
    should_trigger: false,
    reason: 'nothing in the script fits this prompt',
  })
})

test('passes over an entry whose condition does not hold, or is unknown, for the window', () => {
  const script = compileScript({
    answers: [
      { if: 'sum.price > 1', reason: 'unknown' },
      { match: 'Large', if: 'count < 2', should_trigger: false, reason: 'one alone' },
      { if: 'count < 3', should_trigger: true, reason: 'two' },
      { when: 'count > 3', reason: 'many' },
    ],
    answerWhen: null,
  })
  const said = (volumes: readonly number[]) => verdict(script(promptOf('Large buys', volumes)).text)
  expect(said([1])).toMatchObject({ should_trigger: false, reason: 'one alone' })
  expect(said([1, 2])).toMatchObject({ should_trigger: true, reason: 'two' })
  expect(said([1, 2, 3])).toMatchObject({ should_trigger: false, reason: 'many' })
  expect(said([1, 2, 3, 4])).toMatchObject({ should_trigger: true, reason: 'many' })
})

test('says in the reason what the window holds, and leaves what it does not know', () => {
  const reason = '{count} {first.side}s of {context_key}, {sum.volume} together, {last.large} {sum.price} {}'
  const script = compileScript({ answers: [{ match: 'Buys', reason }], answerWhen: null })
  expect(verdict(script(promptOf('Buys', [0.1, 0.2])).text)).toMatchObject({
    reason: '2 buys of BTCUSDT, 0.3 together, false {sum.price} {}',
  })
  expect(verdict(script(promptOf('Buys', [600_000, 150_000.251])).text)).toMatchObject({
    reason: '2 buys of BTCUSDT, 750,000 together, true {sum.price} {}',
  })
})

test('sends a text and a finish reason as they are', () => {
  const script = compileScript({ answers: [{ text: 'no idea', finish_reason: 'length' }], answerWhen: null })
  expect(script('x')).toEqual({ text: 'no idea', finishReason: 'length' })
})

test('leaves out the event that was cut and reads the rest', () => {
  const script = compileScript({ answers: null, answerWhen: 'count == 0 && rule == "r"' })
  const prompt = promptOf('r', [1], 200).replace(
    '"side":"buy"}}',
    '"side":"b [cut: 1 of 2 characters left out]',
  )
  expect(verdict(script(prompt).text)).toMatchObject({ should_trigger: true })
})

test('refuses an expression that does not compile and names the place', () => {
  const compile = (): unknown => compileScript({ answers: null, answerWhen: 'count >' })
  expect(compile).toThrow(PipelineError)
  expect(compile).toThrow(/1:\d+/)
})
