import { fileURLToPath } from 'node:url'
import { testKafka } from '../support/kafka-topics.ts'
import { produceEvents } from './bench-events.ts'
import { measureLatency } from './bench-latency.ts'
import { printRow } from './bench-report.ts'
import { plainGroup } from './plain-lanes.ts'
import { PARTITIONS, runCase } from './run-case.ts'

const LATENCY_SECONDS = 10

const programs = {
  'exactly once': {},
  'plain commits': {
    main: fileURLToPath(new URL('plain-main.ts', import.meta.url)),
    offsetsGroup: plainGroup,
  },
}

/** What exactly-once costs: the same pipeline with transactions and with plain commits, by turns, 5 % of the events passing. */
export async function benchExactlyOnce(
  brokers: readonly string[],
  { events, rounds }: { events: number; rounds: number },
): Promise<void> {
  const rule_config = { rule_type: 'traditional', pre_filter: { expression: 'share < 0.05' } }
  const rules = [{ rule_id: 'one', name: 'one', event_types: ['trade.*'], group_by: ['symbol'], rule_config }]
  const topic = `bench-cost-${process.pid}-${Date.now()}`
  const kafka = testKafka(brokers)
  const admin = kafka.admin()
  const producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true })
  await produceEvents(producer, { topic, count: events, partitions: PARTITIONS })
  for (let round = 1; round <= rounds; round++) {
    for (const [name, program] of Object.entries(programs)) {
      const throughput = await runCase(brokers, { rules, stages: 'route,decide', events, program }, topic)
      printRow({ bench: 'exactly-once', case: `throughput, ${name}`, round, ...throughput })
      const latency = await measureLatency(brokers, { seconds: LATENCY_SECONDS, program })
      printRow({ bench: 'exactly-once', case: `latency, ${name}`, round, ...latency })
    }
  }
  await Promise.all([admin.disconnect(), producer.disconnect()])
}
