import { parseArgs } from 'node:util'
import { startKafka } from '../support/kafka-server.ts'
import { benchAdmission } from './bench-admission.ts'
import { machineRow, printRow } from './bench-report.ts'
import { benchDeadline } from './bench-deadline.ts'
import { benchExactlyOnce } from './bench-exactly-once.ts'
import { benchKeyed } from './bench-keyed.ts'
import { benchLatency } from './bench-latency.ts'
import { benchOverload } from './bench-overload.ts'
import { benchReplay } from './bench-replay.ts'
import { benchSaturation } from './bench-saturation.ts'
import { benchThroughput } from './bench-throughput.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { events: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '2' } },
})
const events = Number(values.events)
const rounds = Number(values.rounds)

const benches = {
  throughput: (brokers: readonly string[]) => benchThroughput(brokers, { events, rounds }),
  latency: (brokers: readonly string[]) => benchLatency(brokers, { seconds: 20 }),
  saturation: benchSaturation,
  keyed: (brokers: readonly string[]) => benchKeyed(brokers, { events: events / 2 }),
  'exactly-once': (brokers: readonly string[]) => benchExactlyOnce(brokers, { events, rounds }),
  overload: benchOverload,
  admission: benchAdmission,
  replay: (brokers: readonly string[]) => benchReplay(brokers, { seconds: 60 }),
  deadline: (brokers: readonly string[]) => benchDeadline(brokers, { seconds: 15 }),
}

const kafka = await startKafka()
if ('skipped' in kafka) throw new Error(`the benchmarks need Kafka: ${kafka.skipped}`)
printRow(machineRow('4.1.1'))
try {
  for (const [name, bench] of Object.entries(benches)) {
    if (positionals.length === 0 || positionals.includes(name)) await bench(kafka.brokers)
  }
} finally {
  await kafka.stop()
}
process.exit(0)
