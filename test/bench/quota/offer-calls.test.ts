import { expect, test } from 'vitest'
import type { Call } from './contender.ts'
import { knownQuota } from './known-quota.ts'
import { drawAnswers, offerCalls, TOKENS_ESTIMATED } from './offer-calls.ts'

const CALLS = 2000

async function draw(seed: number): Promise<{ drawn: readonly Call[]; failed: number }> {
  const { calls, failed, end } = offerCalls({ baseUrl: '', quota: knownQuota('P1', 10_000), seed })
  const drawn: Call[] = []
  await calls.keepBusy(3, async call => {
    if (drawn.length === CALLS) {
      end()
      throw new Error('what fails after the end is not counted')
    }
    drawn.push(call)
    if (drawn.length % 100 === 0) throw new Error('each hundredth')
  })
  return { drawn, failed: failed() }
}

test('offers calls until the end, the same for the same seed, and counts those that fail', async () => {
  const { drawn, failed } = await draw(1)
  expect(failed).toBe(CALLS / 100)
  expect((await draw(1)).drawn).toEqual(drawn)
  expect((await draw(2)).drawn).not.toEqual(drawn)
})

test('knows what the provider charges', async () => {
  const { drawn } = await draw(1)
  for (const { messages, tokens } of drawn)
    expect(Math.ceil((messages[0]?.content.length ?? 0) / 4)).toBe(tokens.input)
  const mean = drawn.reduce((sum, { tokens }) => sum + tokens.input + tokens.output, 0) / drawn.length
  expect(Math.abs(mean / TOKENS_ESTIMATED - 1)).toBeLessThan(0.01)
})

test('answers use half of what is asked for, on average', () => {
  const lengths = drawAnswers(1).map(({ text }) => text.length / 4)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(200)
  expect(Math.abs(lengths.reduce((sum, length) => sum + length) / lengths.length - 100)).toBeLessThan(5)
})
