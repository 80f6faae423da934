import { expect, test } from 'vitest'
import { adaptDialect } from '../../../pipeline/openai/adapt-dialect.ts'
import { ADAPTATIONS_MAX, dialectOf } from '../../../pipeline/openai/dialect-of.ts'

const local = dialectOf('http://localhost:11434/v1')

test('leaves out a temperature that is not supported', () => {
  expect(adaptDialect(local, { param: 'temperature', code: 'unsupported_value' })).toMatchObject({
    temperature: false,
  })
})

test('takes the other name of the output limit', () => {
  const adapted = adaptDialect(local, { param: 'max_tokens', code: 'unsupported_parameter' })
  expect(adapted).toMatchObject({ outputLimit: 'max_completion_tokens' })
})

test('falls back to json_object', () => {
  const adapted = adaptDialect(local, { param: 'response_format', code: null })
  expect(adapted).toMatchObject({ responseFormat: 'json_object' })
  expect(adapted && adaptDialect(adapted, { param: 'response_format', code: null })).toBeUndefined()
})

test.each([
  [{ param: 'messages', code: 'context_length_exceeded' }],
  [{ param: 'max_tokens', code: 'invalid_value' }],
  [{ param: null, code: 'unsupported_parameter' }],
])('leaves a refusal alone that is about something else: %o', refused => {
  expect(adaptDialect(local, refused)).toBeUndefined()
})

test('stops after so many changes when both names are refused', () => {
  let dialect = local
  let changes = 0
  for (;;) {
    const next = adaptDialect(dialect, { param: dialect.outputLimit, code: 'unsupported_parameter' })
    if (next === undefined) break
    dialect = next
    changes += 1
  }
  expect(changes).toBe(ADAPTATIONS_MAX)
})
