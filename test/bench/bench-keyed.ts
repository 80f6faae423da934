import { kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'
import { produceEvents } from './bench-events.ts'
import { printRow, rounded } from './bench-report.ts'
import { processPeakMb } from './process-cpu.ts'

const KEYS = 1000
const BATCH = 10
const CALL_MS = 200
const AT_ONCE = 32

/** Batches of 10 or 5 s over 1,000 keys: how near to the model-bound ideal, and how many calls above the fewest. */
export async function benchKeyed(brokers: readonly string[], { events }: { events: number }): Promise<void> {
  const llm_config = {
    description: 'every window',
    trigger_mode: 'batch',
    batch_size: BATCH,
    max_wait_seconds: 5,
  }
  const rule = {
    rule_id: 'keyed',
    name: 'keyed',
    event_types: ['*'],
    group_by: ['symbol'],
    rule_config: { rule_type: 'llm', llm_config },
  }
  const pipeline = await kafkaPipeline({
    brokers,
    rules: [rule],
    partitions: 4,
    simulator: { latencyMs: CALL_MS },
    limits: { concurrency: AT_ONCE },
  })
  try {
    await produceEvents(pipeline.producer, {
      topic: pipeline.source,
      count: events,
      partitions: 2,
      keys: KEYS,
    })
    const started = await pipeline.start()
    const from = performance.now()
    const fewest = events / BATCH
    const idealSeconds = (fewest * CALL_MS) / 1000 / AT_ONCE
    const isDone = async () =>
      (await pipeline.committed('route')) >= events && (await pipeline.undecided()) <= 8
    await waitFor(isDone, { what: 'all windows', withinMs: idealSeconds * 3000 + 60_000, everyMs: 250 })
    const seconds = (performance.now() - from) / 1000
    const calls = pipeline.simulator.stats().requests
    printRow({
      bench: 'keyed batches',
      case: `${events} events, ${KEYS} keys, batch ${BATCH} or 5 s, calls of ${CALL_MS} ms, ${AT_ONCE} at once`,
      seconds: rounded(seconds),
      share_of_ideal: rounded(idealSeconds / seconds, 3),
      calls,
      calls_above_fewest: rounded(calls / fewest - 1, 3),
      peak_mb: Math.round(processPeakMb(started.child.pid ?? 0)),
    })
  } finally {
    await pipeline.dispose()
  }
}
