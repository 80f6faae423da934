import { Kafka } from 'kafkajs'
import type { Config } from '../../schemas/config.ts'
import { kafkaSettings } from './kafka-settings.ts'
import type { KafkaLog, KafkaRole } from './kafka-settings.ts'
import { mendKafkajs } from './mend-kafkajs.ts'

/** A Kafka client for one role; what the library logs goes to `log`. Nothing connects yet. */
export function kafkaClient(config: Config['kafka'], role: KafkaRole, log: KafkaLog = () => {}): Kafka {
  mendKafkajs()
  return new Kafka(kafkaSettings(config, role, log))
}
