import { type Config, configSchema } from '../../schemas/config.ts'
import type { Stretch } from './read-stretch.ts'

/** The price per million tokens that the demo counts with: the list price of gpt-4o-mini. */
export const demoPrice = { input_usd_per_million: 0.15, output_usd_per_million: 0.6 }

/** What the demo shows of the recorded market day: the three minutes after a news release, in which everything comes at once. */
export const demoStretch: Stretch = {
  topic: 'signals',
  fromMs: Date.parse('2026-11-20T13:30:00Z'),
  toMs: Date.parse('2026-11-20T13:33:01Z'),
}

/** The configuration of the demo: as a file would have it, with the simulated model in the same process. */
export function demoConfig(): Config {
  return configSchema.parse({
    kafka: { partitions: 2 },
    sources: [{ topic: demoStretch.topic, from: 'earliest' }],
    models: {
      default: 'simulated',
      simulated: {
        provider: 'openai',
        // Whichever port the simulator has: it is a part of what is asked, which is the same in every run.
        base_url: 'http://simulator.invalid/v1',
        model: 'simulated',
        timeout_seconds: 10,
        price: demoPrice,
      },
    },
  })
}
