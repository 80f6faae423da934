import { kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'
import { printRow, rounded } from './bench-report.ts'

const WINDOWS = 2000
const CALL_MS = 100
const AT_ONCE = 100

/** How much of a model's concurrency is used while 2,000 windows of 2,000 keys, all due at once, wait for it. */
export async function benchSaturation(brokers: readonly string[]): Promise<void> {
  const llm_config = {
    description: 'every window',
    trigger_mode: 'batch',
    batch_size: 10,
    max_wait_seconds: 5,
  }
  const rule = {
    rule_id: 'windows',
    name: 'windows',
    event_types: ['*'],
    group_by: ['n'],
    rule_config: { rule_type: 'llm', llm_config },
  }
  const pipeline = await kafkaPipeline({
    brokers,
    rules: [rule],
    simulator: { latencyMs: CALL_MS },
    limits: { concurrency: AT_ONCE },
  })
  try {
    await pipeline.start()
    await pipeline.send(
      Array.from({ length: WINDOWS }, (_, n) => ({ event_id: `e-${n}`, event_type: 'bench', data: { n } })),
    )
    await waitFor(() => pipeline.simulator.stats().requests >= WINDOWS, {
      what: 'all calls',
      withinMs: 60_000,
    })
    await waitFor(async () => (await pipeline.decisions()).length >= WINDOWS, {
      what: 'all decisions',
      withinMs: 60_000,
    })
    const decisions = await pipeline.decisions()
    const ends = decisions.map(({ decided_at }) => Date.parse(decided_at))
    const starts = decisions.map(({ decided_at, waited_ms }) => Date.parse(decided_at) - waited_ms.call)
    const seconds = (Math.max(...ends) - Math.min(...starts)) / 1000
    const ideal = (WINDOWS / AT_ONCE) * (CALL_MS / 1000)
    printRow({
      bench: 'saturation',
      case: '2,000 windows due, calls of 100 ms, 100 at once',
      seconds: rounded(seconds, 3),
      share_of_ideal: rounded(ideal / seconds, 3),
      call_ms_mean: rounded(
        decisions.reduce((sum, { waited_ms }) => sum + waited_ms.call, 0) / decisions.length,
        1,
      ),
      most_in_flight: pipeline.simulator.stats().in_flight_max,
    })
  } finally {
    await pipeline.dispose()
  }
}
