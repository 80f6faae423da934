import { expect, test } from 'vitest'
import { answerSchema } from '../../../../operators/asking/answer-schema.ts'
import { buildPrompt, type PromptInput } from '../../../../operators/asking/build-prompt.ts'
import { type AskedModel, contentHash } from '../../../../operators/gateway/answers/content-hash.ts'
import type { Event } from '../../../../schemas/event.ts'

const asked: AskedModel = {
  baseUrl: 'https://one.example/v1',
  modelId: 'small',
  temperature: 0,
  outputTokensMax: 500,
  answerSchema,
}
const event: Event = {
  event_id: 'e-1',
  event_type: 'trade.signal',
  source: 'exchange-a',
  timestamp: '2026-11-20T10:00:00.123Z',
  context_key: 'BTCUSDT',
  data: { volume: 1 },
}

function hashOf({ model = {}, prompt = {} }: { model?: Partial<AskedModel>; prompt?: Partial<PromptInput> }) {
  const built = buildPrompt({
    description: 'Large buys',
    events: [event],
    promptTokensMax: 8000,
    fenceSecret: 'a secret of this test',
    ...prompt,
  })
  return contentHash({ ...asked, ...model })(built)
}

test('is the same for the same question under other ids and another mark', () => {
  expect(hashOf({})).toMatch(/^[0-9a-f]{64}$/)
  expect(hashOf({ prompt: { fenceSecret: 'another' } })).toBe(hashOf({}))
  expect(hashOf({ prompt: { events: [{ ...event, event_id: 'signals/0/17/1' }] } })).toBe(hashOf({}))
})

test.each<[string, Partial<AskedModel>]>([
  ['address', { baseUrl: 'https://two.example/v1' }],
  ['model', { modelId: 'large' }],
  ['temperature', { temperature: 1 }],
  ['output limit', { outputTokensMax: 501 }],
  ['answer schema', { answerSchema: { ...answerSchema, additionalProperties: true } }],
])('is another for another %s', (_name, model) => {
  expect(hashOf({ model })).not.toBe(hashOf({}))
})

test.each<[string, Partial<PromptInput>]>([
  ['rule text', { description: 'Small buys' }],
  ['context_key', { events: [{ ...event, context_key: 'ETHUSDT' }] }],
  ['timestamp', { events: [{ ...event, timestamp: '2026-11-20T10:00:00.124Z' }] }],
  ['source', { events: [{ ...event, source: 'exchange-b' }] }],
  ['data', { events: [{ ...event, data: { volume: 2 } }] }],
])('is another for another %s', (_name, prompt) => {
  expect(hashOf({ prompt })).not.toBe(hashOf({}))
})

test('is another where the same events are shown and others were cut before them', () => {
  const events = (count: number) => Array.from({ length: count }, () => event)
  const many = { events: events(500), promptTokensMax: 2000 }
  const more = { events: events(501), promptTokensMax: 2000 }
  expect(buildPromptCut(more)).toBe(buildPromptCut(many) + 1)
  expect(hashOf({ prompt: more })).not.toBe(hashOf({ prompt: many }))
})

function buildPromptCut(input: Pick<PromptInput, 'events' | 'promptTokensMax'>): number {
  return buildPrompt({ description: 'Large buys', fenceSecret: 'a secret of this test', ...input }).eventsCut
}
