import { expect, test } from 'vitest'
import { dialectOf } from '../../../pipeline/openai/dialect-of.ts'

test.each([
  ['https://api.openai.com/v1', 'max_completion_tokens', 'json_schema'],
  ['https://acme.openai.azure.com/openai/v1', 'max_completion_tokens', 'json_schema'],
  ['https://api.deepseek.com/v1', 'max_tokens', 'json_object'],
  ['http://localhost:11434/v1', 'max_tokens', 'json_schema'],
])('asks %s with %s and %s', (baseUrl, outputLimit, responseFormat) => {
  expect(dialectOf(baseUrl)).toEqual({ outputLimit, responseFormat, temperature: true, adaptations: 0 })
})
