import { Kafka, logLevel } from 'kafkajs'

/** What a hard-coded consumer can do at most: kafkajs with `eachBatch` and `JSON.parse`, nothing else. Arguments: brokers, topic, events. */
const [brokers = '', topic = '', count = '0'] = process.argv.slice(2)
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({
  groupId: `raw-${process.pid}-${Date.now()}`,
  maxBytesPerPartition: 4 * 1024 * 1024,
})
let seen = 0
let types = 0
let started = 0

await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
consumer.on(consumer.events.GROUP_JOIN, () => {
  started = performance.now()
  process.stderr.write('ready\n')
})
await consumer.run({
  autoCommit: true,
  partitionsConsumedConcurrently: 4,
  eachBatch: ({ batch }) => {
    for (const { value } of batch.messages) {
      const event: unknown = JSON.parse(value?.toString() ?? '')
      if (typeof event === 'object' && event !== null && 'event_type' in event) types++
    }
    seen += batch.messages.length
    if (seen >= Number(count)) {
      const { user, system } = process.cpuUsage()
      const seconds = (performance.now() - started) / 1000
      process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, types })}\n`, () =>
        process.exit(0),
      )
    }
    return Promise.resolve()
  },
})
