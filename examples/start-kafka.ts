// Starts a throw-away Kafka with the topic `signals`, for a machine without Docker: Java 17 and, the first time, Maven
// are needed, or KAFKA_LIBS with a folder of Kafka's jars. In a checkout only. Ctrl-C stops it and removes its data.
// Usage: node examples/start-kafka.ts
import { Kafka, logLevel } from 'kafkajs'
import { startKafka } from '../test/support/kafka-server.ts'

const running = await startKafka()
if ('skipped' in running) {
  process.stderr.write(`${running.skipped}\n`)
  process.exit(1)
}
const admin = new Kafka({ brokers: running.brokers, logLevel: logLevel.ERROR }).admin()
await admin.connect()
await admin.createTopics({ topics: [{ topic: 'signals', numPartitions: 4 }] })
await admin.disconnect()

process.stdout.write(`Kafka is running until Ctrl-C. In the other terminals:

  export LLMTRIGGER_KAFKA_BROKERS=${running.brokers.join(',')}
`)
const end = () => void running.stop().then(() => process.exit())
process.once('SIGINT', end).once('SIGTERM', end)
setInterval(() => undefined, 60_000)
