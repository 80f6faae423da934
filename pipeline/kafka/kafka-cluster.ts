import Cluster from 'kafkajs/src/cluster/index.js'
import createSocketFactory from 'kafkajs/src/network/socketFactory.js'
import type { Config } from '../../schemas/config.ts'
import { kafkaClient } from './kafka-client.ts'
import { kafkaSettings } from './kafka-settings.ts'
import type { KafkaLog } from './kafka-settings.ts'

const METADATA_AGE_MAX_MS = 30_000
const READ_COMMITTED = 1

/** The connections of one reader, below the library's consumer: group protocol, fetches and offsets, read-committed. */
export function kafkaCluster(config: Config['kafka'], log: KafkaLog): Cluster {
  const { clientId, connectionTimeout, requestTimeout, retry } = kafkaSettings(config, 'consumer', log)
  return new Cluster({
    logger: kafkaClient(config, 'consumer', log).logger(),
    socketFactory: createSocketFactory(),
    brokers: config.brokers,
    ssl: config.ssl,
    sasl: config.sasl,
    clientId,
    connectionTimeout,
    requestTimeout,
    enforceRequestTimeout: true,
    metadataMaxAge: METADATA_AGE_MAX_MS,
    retry,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
  })
}
