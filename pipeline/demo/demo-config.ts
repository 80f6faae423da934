import { type Config, configSchema } from '../../schemas/config.ts'

/** The price per million tokens that the demo counts with: the list price of gpt-4o-mini. */
export const demoPrice = { input_usd_per_million: 0.15, output_usd_per_million: 0.6 }

/** The topic that the demo's recording was made of. */
const DEMO_TOPIC = 'signals'

/** The configuration of the demo: as a file would have it, with the simulated model in the same process. */
export function demoConfig(): Config {
  return configSchema.parse({
    kafka: { partitions: 2 },
    sources: [{ topic: DEMO_TOPIC, from: 'earliest' }],
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
