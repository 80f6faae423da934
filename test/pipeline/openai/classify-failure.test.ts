import { APIConnectionError, APIConnectionTimeoutError, APIUserAbortError } from 'openai'
import { expect, test } from 'vitest'
import { classifyFailure } from '../../../pipeline/openai/classify-failure.ts'
import { PipelineError } from '../../../schemas/failure.ts'

const endpoint = { baseUrl: 'https://models.test/v1', model: 'small' }

function socketError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('socket'), { code }) })
}

test('takes a connection that was never made as unreachable, not as slow', () => {
  const error = Object.assign(new APIConnectionTimeoutError(), {
    cause: socketError('UND_ERR_CONNECT_TIMEOUT'),
  })
  expect(classifyFailure(error, endpoint, 0)).toMatchObject({ code: 'model_unreachable', cause: error })
})

test('takes missing headers as a timeout', () => {
  const error = Object.assign(new APIConnectionTimeoutError(), {
    cause: socketError('UND_ERR_HEADERS_TIMEOUT'),
  })
  expect(classifyFailure(error, endpoint, 0)?.code).toBe('model_timeout')
  expect(classifyFailure(new APIConnectionTimeoutError(), endpoint, 0)?.code).toBe('model_timeout')
})

test('names the code of the socket', () => {
  const error = new APIConnectionError({ cause: socketError('ENOTFOUND') })
  expect(classifyFailure(error, endpoint, 0)?.message).toBe(
    'no connection to https://models.test/v1 (ENOTFOUND)',
  )
})

test('hands on a failure that is classified and leaves bugs to the caller', () => {
  const known = new PipelineError('model_overloaded', 'x')
  expect(classifyFailure(known, endpoint, 0)).toBe(known)
  expect(classifyFailure(new TypeError('bug'), endpoint, 0)).toBeUndefined()
  expect(classifyFailure(new APIUserAbortError(), endpoint, 0)).toBeUndefined()
})
