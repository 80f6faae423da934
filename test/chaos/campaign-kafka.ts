import { Kafka, logLevel } from 'kafkajs'

/** The campaign's own client: it gives up soon, because whoever uses it tries again and must not sleep through a recovery. */
export function campaignKafka(brokers: readonly string[]): Kafka {
  return new Kafka({
    clientId: 'chaos',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 5000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 4 },
  })
}
