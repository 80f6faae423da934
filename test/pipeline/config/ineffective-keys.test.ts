import { expect, test } from 'vitest'
import { ineffectiveKeys } from '../../../pipeline/config/ineffective-keys.ts'
import { configSchema } from '../../../schemas/config.ts'

const fast = { provider: 'openai', base_url: 'http://h/v1', model: 'm' }

test('names nothing in a configuration of what works', () => {
  const config = configSchema.parse({
    sources: [{ topic: 'a' }],
    redis: { url: 'redis://r' },
    models: { default: 'fast', fast: { ...fast, limits: { requests_per_minute: 5 } } },
  })
  expect(ineffectiveKeys(config)).toEqual([])
})

test('names every key that has no effect', () => {
  const config = configSchema.parse({
    sources: [{ topic: 'a' }],
    schema_registry: { url: 'http://r' },
    channels: { ops: { type: 'telegram' } },
    models: {
      default: 'fast',
      fast: { ...fast, fallback: ['x'] },
      x: { provider: 'llama', path: 'p' },
    },
  })
  expect(ineffectiveKeys(config)).toEqual(['schema_registry', 'channels', 'models.x'])
})
