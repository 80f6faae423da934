import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { testKafka } from '../support/kafka-topics.ts'
import { produceEvents } from './bench-events.ts'
import { printRow, rounded } from './bench-report.ts'
import { figures, PARTITIONS, runCase, type ThroughputCase } from './run-case.ts'

interface Case extends ThroughputCase {
  readonly name: string
}

function rule(id: string, eventType: string, expression: string) {
  const rule_config = { rule_type: 'traditional', pre_filter: { expression } }
  return { rule_id: id, name: id, event_types: [eventType], group_by: ['symbol'], rule_config }
}

const oneRule = [rule('one', 'trade.*', 'share < 0.05')]
const hundredRules = Array.from({ length: 100 }, (_, n) => {
  const from = Math.floor(n / 10) * 0.005
  return rule(`r${n}`, `trade.type${n % 10}`, `share >= ${from} && share < ${(from + 0.005).toFixed(3)}`)
})
const tenMatches = Array.from({ length: 10 }, (_, n) => rule(`all${n}`, 'trade.*', 'share >= 0.0'))

/** Events per second through the stages on a real Kafka, beside bare kafkajs consumption with JSON parsing, in one run. */
export async function benchThroughput(
  brokers: readonly string[],
  { events, rounds }: { events: number; rounds: number },
): Promise<void> {
  const cases: Case[] = [
    { name: 'route, 1 rule, 5 % pass', rules: oneRule, stages: 'route', events },
    { name: 'both stages, 1 rule, 5 % pass', rules: oneRule, stages: 'route,decide', events },
    { name: 'route, 100 rules on 10 types, 5 % pass', rules: hundredRules, stages: 'route', events },
    {
      name: 'both stages, 100 rules on 10 types, 5 % pass',
      rules: hundredRules,
      stages: 'route,decide',
      events,
    },
    {
      name: 'both stages, ten matches for each event',
      rules: tenMatches,
      stages: 'route,decide',
      events: Math.round(events / 10),
    },
  ]
  const topic = `bench-${process.pid}-${Date.now()}`
  const kafka = testKafka(brokers)
  const admin = kafka.admin()
  const producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  for (const [name, count] of [
    [topic, events],
    [`${topic}-few`, Math.round(events / 10)],
  ] as const) {
    await admin.createTopics({ topics: [{ topic: name, numPartitions: PARTITIONS }], waitForLeaders: true })
    await produceEvents(producer, { topic: name, count, partitions: PARTITIONS })
  }
  for (let round = 1; round <= rounds; round++) {
    const raw = await runRaw(brokers, topic, events)
    printRow({ bench: 'throughput', case: 'raw kafkajs, JSON.parse', round, ...raw, ratio: 1 })
    for (const one of cases) {
      const source = one.events === events ? topic : `${topic}-few`
      const row = await runCase(brokers, one, source)
      const ratio = rounded(row.events_per_second / raw.events_per_second)
      printRow({ bench: 'throughput', case: one.name, round, ...row, ratio })
    }
  }
  await admin.disconnect()
  await producer.disconnect()
}

async function runRaw(brokers: readonly string[], topic: string, events: number) {
  const script = fileURLToPath(new URL('raw-consumer.ts', import.meta.url))
  const child = spawn(process.execPath, [script, brokers.join(','), topic, `${events}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  await once(child, 'exit')
  const { seconds, cpuSeconds }: { seconds: number; cpuSeconds: number } = JSON.parse(out)
  return figures({ events, seconds, cpuSeconds, peakMb: NaN })
}
