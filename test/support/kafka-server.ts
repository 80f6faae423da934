import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { startKafkaBroker } from './kafka-broker.ts'
import { findKafkaLibs } from './kafka-libs.ts'
import { startKafkaContainer } from './kafka-container.ts'

const run = promisify(execFile)
const DOCKER_TIMEOUT_MS = 3000

export interface RunningKafka {
  readonly brokers: string[]
  readonly pid?: number
  readonly stop: () => Promise<void>
}

/** A Kafka for tests: `KAFKA_BROKERS`, else `KAFKA_LIBS`, else Docker, else Java with jars from Maven; or why there is none. */
export async function startKafka(): Promise<RunningKafka | { skipped: string }> {
  const external = process.env['KAFKA_BROKERS']
  if (external !== undefined && external !== '') {
    return { brokers: external.split(',').map(broker => broker.trim()), stop: async () => {} }
  }
  if (process.env['KAFKA_LIBS'] === undefined && (await hasDocker())) return startKafkaContainer()
  const found = await findKafkaLibs()
  if ('skipped' in found) return found
  const broker = await startKafkaBroker({ libs: found.libs })
  const pid = broker.pid()
  return { brokers: broker.brokers, ...(pid !== undefined && { pid }), stop: broker.stop }
}

async function hasDocker(): Promise<boolean> {
  try {
    await run('docker', ['info'], { timeout: DOCKER_TIMEOUT_MS })
    return true
  } catch {
    // No engine is an answer, not a failure: the next way is tried.
    return false
  }
}
