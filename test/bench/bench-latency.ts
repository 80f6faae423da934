import { setTimeout as delay } from 'node:timers/promises'
import { alertSchema } from '../../schemas/alert.ts'
import { type KafkaPipelineOptions, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'
import { type BenchRow, percentile, printRow, rounded } from './bench-report.ts'
import { processCpuSeconds } from './process-cpu.ts'

const RATE = 200
const TICK_MS = 5
const WARM_UP_SECONDS = 3

/** From producing an event to reading its alert, read committed, at 200 events/s that all match. */
export async function benchLatency(
  brokers: readonly string[],
  { seconds }: { seconds: number },
): Promise<void> {
  printRow({
    bench: 'latency',
    case: 'event to alert, 200 events/s',
    ...(await measureLatency(brokers, { seconds })),
  })
}

export interface LatencyOptions {
  readonly seconds: number
  /** What runs, where it is not the pipeline as users run it. */
  readonly program?: Pick<KafkaPipelineOptions, 'main' | 'offsetsGroup'>
}

export async function measureLatency(
  brokers: readonly string[],
  { seconds, program = {} }: LatencyOptions,
): Promise<BenchRow> {
  const rule_config = { rule_type: 'traditional', pre_filter: { expression: 'sent_at > 0.0' } }
  const rule = { rule_id: 'every', name: 'every', event_types: ['*'], group_by: ['symbol'], rule_config }
  const pipeline = await kafkaPipeline({ ...program, brokers, rules: [rule] })
  const consumer = pipeline.kafka.consumer({ groupId: `${pipeline.source}-alerts`, maxWaitTimeInMs: 10 })
  try {
    const started = await pipeline.start()
    const latencies: number[] = []
    await consumer.connect()
    await consumer.subscribe({ topics: [pipeline.topics.alerts], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ message }) => {
        const { events } = alertSchema.parse(JSON.parse(String(message.value)))
        latencies.push(Date.now() - Number(events[0]?.data['sent_at']))
        return Promise.resolve()
      },
    })
    await sendAtRate(pipeline, WARM_UP_SECONDS)
    await waitFor(() => latencies.length >= WARM_UP_SECONDS * RATE, { what: 'the warm-up', withinMs: 30_000 })
    latencies.splice(0)
    const pid = started.child.pid ?? 0
    const cpuBefore = processCpuSeconds(pid)
    await sendAtRate(pipeline, seconds)
    await waitFor(() => latencies.length >= seconds * RATE, { what: 'all alerts', withinMs: 30_000 })
    return {
      events: latencies.length,
      p50_ms: percentile(latencies, 0.5),
      p99_ms: percentile(latencies, 0.99),
      max_ms: Math.max(...latencies),
      cpu_share: rounded((processCpuSeconds(pid) - cpuBefore) / seconds),
    }
  } finally {
    await consumer.disconnect()
    await pipeline.dispose()
  }
}

async function sendAtRate(
  pipeline: Awaited<ReturnType<typeof kafkaPipeline>>,
  seconds: number,
): Promise<void> {
  const from = performance.now()
  const sends: Promise<unknown>[] = []
  for (let sent = 0; sent < seconds * RATE;) {
    const due = Math.min(seconds * RATE, Math.floor(((performance.now() - from) / 1000) * RATE))
    for (; sent < due; sent++) {
      const event = { event_type: 'bench.latency', data: { symbol: `S${sent % 50}`, sent_at: Date.now() } }
      const messages = [{ key: `k${sent}`, value: JSON.stringify(event) }]
      sends.push(pipeline.producer.send({ topic: pipeline.source, messages }))
    }
    await delay(TICK_MS)
  }
  await Promise.all(sends)
}
