import { setTimeout as delay } from 'node:timers/promises'
import { kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'
import { printRow } from './bench-report.ts'

const RATE = 200
const WAIT_SECONDS = 2

/** How late windows close by time while 200 events/s over 1,000 keys come in. */
export async function benchDeadline(
  brokers: readonly string[],
  { seconds }: { seconds: number },
): Promise<void> {
  const llm_config = {
    description: 'every window',
    trigger_mode: 'batch',
    batch_size: 1000,
    max_wait_seconds: WAIT_SECONDS,
  }
  const rule = {
    rule_id: 'deadline',
    name: 'deadline',
    event_types: ['*'],
    group_by: ['symbol'],
    rule_config: { rule_type: 'llm', llm_config },
  }
  const pipeline = await kafkaPipeline({ brokers, rules: [rule], simulator: { latencyMs: 20 } })
  try {
    const started = await pipeline.start()
    for (let second = 0; second < seconds; second++) {
      const events = Array.from({ length: RATE }, (_, n) => {
        const id = second * RATE + n
        return { event_id: `e-${id}`, event_type: 'bench', data: { symbol: `S${(id * 7919) % 1000}` } }
      })
      for (let from = 0; from < RATE; from += 10) {
        await pipeline.send(events.slice(from, from + 10))
        await delay(50)
      }
    }
    const url = /"url":"([^"]+)"/.exec(started.log())?.[1] ?? ''
    const buckets = async () => {
      const text = await (await fetch(`${url}/metrics`)).text()
      return [...text.matchAll(/window_deadline_error_seconds_bucket\{le="([^"]+)"\} (\d+)/g)].map(
        ([, le, count]) => ({ le: Number(le === '+Inf' ? Infinity : le), count: Number(count) }),
      )
    }
    await delay(WAIT_SECONDS * 1000)
    await waitFor(async () => ((await buckets()).at(-1)?.count ?? 0) > 0, {
      what: 'windows',
      withinMs: 10_000,
    })
    const counts = await buckets()
    const windows = counts.at(-1)?.count ?? 0
    const within = (share: number) => (counts.find(({ count }) => count >= windows * share)?.le ?? NaN) * 1000
    printRow({
      bench: 'deadline',
      case: 'windows closed by time, 200 events/s over 1,000 keys',
      windows,
      p50_within_ms: within(0.5),
      p99_within_ms: within(0.99),
    })
  } finally {
    await pipeline.dispose()
  }
}
