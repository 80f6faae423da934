import { type Config, configSchema } from '../../schemas/config.ts'
import { TEST_TOPIC } from './test-records.ts'

/** The name of the model that answers as a test says. */
const TEST_MODEL = 'test'

/** The configuration that tests of rules run with: every default, one lane, and one model without other limits. */
export function testConfig(concurrency: number | null = null): Config {
  return configSchema.parse({
    kafka: { partitions: 1 },
    sources: [{ topic: TEST_TOPIC, from: 'earliest' }],
    models: {
      default: TEST_MODEL,
      [TEST_MODEL]: {
        provider: 'openai',
        base_url: 'http://localhost/never-called',
        model: TEST_MODEL,
        limits: { concurrency },
      },
    },
  })
}
