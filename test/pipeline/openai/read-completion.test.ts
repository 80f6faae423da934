import { expect, test } from 'vitest'
import { REPLY_BYTES_MAX } from '../../../pipeline/openai/http-exchange.ts'
import { readCompletion } from '../../../pipeline/openai/read-completion.ts'
import type { ModelReply } from '../../../operators/asking/model.ts'

function read(body: unknown, headers: Record<string, string> = {}): Promise<ModelReply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const endpoint = { baseUrl: 'https://models.test/v1', model: 'small' }
  return readCompletion(new Response(text, { headers }), endpoint, 0)
}

function completion(finish = 'stop'): object {
  return { choices: [{ message: { content: '{}' }, finish_reason: finish }] }
}

test('counts no tokens where the server does not', async () => {
  const expected = { text: '{}', finish: 'stop', tokens: { input: 0, output: 0 } }
  expect(await read(completion())).toEqual(expected)
  expect(await read({ ...completion(), usage: { prompt_tokens: -1, completion_tokens: null } })).toEqual(
    expected,
  )
})

test.each([
  [{ cached_tokens: 300 }, 300],
  [{ cached_tokens: 0 }, 0],
  [{ cached_tokens: 500 }, 412],
  [{ cached_tokens: -1 }, undefined],
  [{ cached_tokens: '300' }, undefined],
  [{ audio_tokens: 0 }, undefined],
  [null, undefined],
  ['none', undefined],
])('reads the cached part of 412 tokens from %o as %s', async (prompt_tokens_details, cached) => {
  const usage = { prompt_tokens: 412, completion_tokens: 31, prompt_tokens_details }
  const { tokens } = await read({ ...completion(), usage })
  expect(tokens).toEqual({ input: 412, output: 31, ...(cached !== undefined && { cached }) })
})

test('hands on the limits that the headers name, and nothing where they name none', async () => {
  expect(await read(completion(), { 'x-ratelimit-limit-requests': '500' })).toMatchObject({
    limits: { requests_per_minute: { limit: 500, remaining: null, resetMs: null } },
  })
  expect(await read(completion(), { 'x-ratelimit-limit-requests': '-1' })).not.toHaveProperty('limits')
})

test.each([
  ['a page', '<html>starting</html>'],
  ['no choices', { choices: [] }],
  ['null', null],
  ['nothing', ''],
  ['too much', JSON.stringify(completion()).padEnd(REPLY_BYTES_MAX + 1)],
  ['a model that broke off', completion('insufficient_system_resource')],
])('takes %s as a failure that may pass', async (_name, body) => {
  await expect(read(body)).rejects.toMatchObject({ code: 'model_overloaded', retryable: true })
})

test('reads an answer of the largest size', async () => {
  expect((await read(JSON.stringify(completion()).padEnd(REPLY_BYTES_MAX))).text).toBe('{}')
})

test.each([
  [429, 'model_rate_limited'],
  [402, 'model_out_of_money'],
  ['server_error', 'model_overloaded'],
  [undefined, 'model_overloaded'],
])('classifies a refusal with code %s that comes with status 200', async (code, expected) => {
  const headers = { 'retry-after': '5', 'x-ratelimit-limit-requests': '500' }
  await expect(read({ error: { code, message: 'no' } }, headers)).rejects.toMatchObject({
    code: expected,
    retryAfterMs: 5000,
    limits: { requests_per_minute: { limit: 500 } },
  })
})
