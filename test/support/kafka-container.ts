import { execFile, execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { mendKafkajs } from '../../pipeline/kafka/mend-kafkajs.ts'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const READY_TIMEOUT_MS = 120_000
const image = 'apache/kafka:4.1.1'

/** A broker in a throw-away container. */
export async function startKafkaContainer(): Promise<{ brokers: string[]; stop: () => Promise<void> }> {
  const port = await freePort()
  const environment = Object.entries(containerSettings(port)).flatMap(([name, value]) => [
    '-e',
    `${name}=${value}`,
  ])
  const { stdout } = await run('docker', [
    'run',
    '-d',
    '--rm',
    '-p',
    `127.0.0.1:${port}:${port}`,
    ...environment,
    image,
  ])
  const container = stdout.trim()
  const remove = (): void => {
    execFileSync('docker', ['rm', '-f', container], { stdio: 'ignore' })
  }
  process.once('exit', remove)
  const stop = async (): Promise<void> => {
    process.off('exit', remove)
    remove()
  }
  try {
    await untilReady(port)
  } catch (error) {
    const { stdout: log } = await run('docker', ['logs', '--tail', '40', container])
    await stop()
    throw new Error(`the Kafka container did not start:\n${log}`, { cause: error })
  }
  return { brokers: [`127.0.0.1:${port}`], stop }
}

function containerSettings(port: number): Record<string, string | number> {
  return {
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_NODE_ID: 1,
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://localhost:9093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 1,
    KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: 4,
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: 1,
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: 1,
    KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: 4,
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: 0,
    KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS: 1000,
  }
}

async function untilReady(port: number): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS
  mendKafkajs()
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  })
  for (;;) {
    const admin = kafka.admin()
    try {
      await admin.connect()
      await admin.describeCluster()
      return
    } catch (error) {
      if (Date.now() > deadlineMs) throw error
      await delay(200)
    } finally {
      await admin.disconnect()
    }
  }
}
