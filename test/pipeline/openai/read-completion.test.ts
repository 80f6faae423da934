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
  const failure = { code: expected, retryAfterMs: 5000 }
  await expect(read({ error: { code, message: 'no' } }, { 'retry-after': '5' })).rejects.toMatchObject(
    failure,
  )
})
