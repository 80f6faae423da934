// Prints the alerts, a line each, from the first on: as many as the argument says, without one until Ctrl-C.
// Usage: node examples/read-alerts.ts [count]
import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'

// kafkajs asks for a timeout below zero, of which Node warns; it does no harm.
process.removeAllListeners('warning')
const brokers = (process.env['LLMTRIGGER_KAFKA_BROKERS'] ?? 'localhost:9092').split(',')
const kafka = new Kafka({ brokers, clientId: 'read-alerts-example', logLevel: logLevel.ERROR })
const wanted = Number(process.argv[2] ?? Infinity)

// Without a place of its own in the topic, so that it starts at the first alert each time. kafkajs reads committed
// records only, unless it is told otherwise; with other clients set isolation.level=read_committed.
const consumer = kafka.consumer({ groupId: `read-alerts-${randomUUID()}` })
process.once('SIGINT', () => void stop())
let seen = 0

await consumer.connect()
await consumer.subscribe({ topics: ['llmtrigger.alerts'], fromBeginning: true })
await consumer.run({
  eachMessage: async ({ message }) => {
    if (seen++ >= wanted) return
    const { raised_at, rule_id, key, event_count, confidence, reason } = JSON.parse(String(message.value))
    process.stdout.write(`${raised_at} ${rule_id} ${key}: ${event_count} events, ${confidence}: ${reason}\n`)
    if (seen === wanted) setImmediate(() => void stop())
  },
})

async function stop(): Promise<void> {
  await consumer.disconnect()
  process.exit()
}
