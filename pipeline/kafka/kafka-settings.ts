import { logLevel } from 'kafkajs'
import type { logCreator, RetryOptions, SASLOptions } from 'kafkajs'
import type { Config } from '../../schemas/config.ts'

/** `consumer`: groups and fetches. `producer`: transactions and administration. */
export type KafkaRole = 'consumer' | 'producer'

/** What the client library reports of itself. It retries much of this; the adapters decide what it means. */
export type KafkaLog = (entry: {
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}) => void

export interface KafkaSettings {
  readonly clientId: string
  readonly brokers: string[]
  readonly ssl: boolean
  readonly sasl?: SASLOptions
  readonly connectionTimeout: number
  readonly requestTimeout: number
  readonly enforceRequestTimeout: boolean
  readonly retry: RetryOptions
  readonly logLevel: logLevel
  readonly logCreator: logCreator
}

const CONNECTION_TIMEOUT_MS = 3000
// A join lasts up to the rebalance timeout of 15 s, and its answer must still be awaited.
const requestTimeoutMs = { consumer: 20_000, producer: 5000 } as const
const retry = {
  consumer: { initialRetryTime: 100, maxRetryTime: 1000, retries: 4 },
  producer: { initialRetryTime: 20, maxRetryTime: 1000, retries: 8 },
} as const

/** The settings of a Kafka client for one role. The password in `config` is the secret itself, not a reference. */
export function kafkaSettings(config: Config['kafka'], role: KafkaRole, log: KafkaLog): KafkaSettings {
  return {
    clientId: 'llmtrigger',
    brokers: config.brokers,
    ssl: config.ssl,
    ...(config.sasl !== undefined && { sasl: config.sasl }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs[role],
    enforceRequestTimeout: true,
    retry: retry[role],
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log: { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } }) =>
        log({ message, fields: { namespace, ...fields } }),
  }
}
