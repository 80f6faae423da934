import type { TestProject } from 'vitest/node'
import { startKafka } from './kafka-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of the shared broker; empty where no Kafka can be had. */
    kafkaBrokers: string[]
    /** Why there is no broker; empty where there is one. */
    kafkaSkipped: string
  }
}

/** Starts the one Kafka of the integration and e2e tiers and gives its address to their tests. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const kafka = await startKafka()
  if ('skipped' in kafka) {
    // A gate that quietly skips its hardest tests would let anything through.
    if (process.env['CI'] === 'true') throw new Error(`the tests need Kafka: ${kafka.skipped}`)
    process.stderr.write(`\nNo Kafka, so its tests are skipped: ${kafka.skipped}\n\n`)
    project.provide('kafkaBrokers', [])
    project.provide('kafkaSkipped', kafka.skipped)
    return undefined
  }
  project.provide('kafkaBrokers', kafka.brokers)
  project.provide('kafkaSkipped', '')
  return () => kafka.stop()
}
