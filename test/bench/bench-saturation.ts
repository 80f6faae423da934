import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type KafkaPipeline, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'
import { printRow, rounded } from './bench-report.ts'
import { cycleMs } from './cycle-ms.ts'
import { processCpuSeconds } from './process-cpu.ts'

const run = promisify(execFile)
const WINDOWS = 2000
const AT_ONCE = 100

/** How much of a model's concurrency is used while 2,000 windows of 2,000 keys, all due at once, wait for it. */
export async function benchSaturation(brokers: readonly string[]): Promise<void> {
  // The second row asks for half of the calls a second: where only the first falls short, this process is the bound.
  for (const callMs of [100, 200]) await saturate(brokers, callMs)
}

async function saturate(brokers: readonly string[], callMs: number): Promise<void> {
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
    simulator: { latencyMs: callMs },
    limits: { concurrency: AT_ONCE },
  })
  try {
    const { child } = await pipeline.start()
    // A process that has just started runs code that is not compiled yet.
    await sendWindows(pipeline, 0)
    const cpuBefore = processCpuSeconds(child.pid ?? 0)
    await sendWindows(pipeline, 1)
    const cpuSeconds = processCpuSeconds(child.pid ?? 0) - cpuBefore
    const decisions = (await pipeline.decisions()).filter(({ events }) =>
      events[0]?.event_id.startsWith('1-'),
    )
    const ends = decisions.map(({ decided_at }) => Date.parse(decided_at))
    const starts = decisions.map(({ decided_at, waited_ms }) => Date.parse(decided_at) - waited_ms.call)
    const seconds = (Math.max(...ends) - Math.min(...starts)) / 1000
    const ideal = (WINDOWS / AT_ONCE) * (callMs / 1000)
    const bare = await bareClient(`${pipeline.simulator.baseUrl}/chat/completions`)
    printRow({
      bench: 'saturation',
      case: `2,000 windows due, calls of ${callMs} ms, 100 at once, warmed up by 2,000 calls`,
      seconds: rounded(seconds, 3),
      share_of_ideal: rounded(ideal / seconds, 3),
      share_while_saturated: rounded(callMs / cycleMs(starts, AT_ONCE), 3),
      bare_client_share: rounded(ideal / bare.seconds, 3),
      bare_client_share_while_saturated: rounded(callMs / bare.cycleMs, 3),
      // From the events that come to the last decision, all threads: it says more than the shares where others use the machine.
      cpu_ms_a_window: rounded((cpuSeconds * 1000) / WINDOWS),
      bare_client_cpu_ms_a_call: rounded(bare.cpuMsACall),
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

interface BareClient {
  readonly seconds: number
  readonly cycleMs: number
  readonly cpuMsACall: number
}

/** The same calls by a client with nothing around it, on the same endpoint. */
async function bareClient(url: string): Promise<BareClient> {
  const script = fileURLToPath(new URL('bare-client.ts', import.meta.url))
  const { stdout } = await run(process.execPath, [
    script,
    ...['--url', url, '--calls', `${WINDOWS}`, '--atOnce', `${AT_ONCE}`],
  ])
  const measured: BareClient = JSON.parse(stdout)
  return measured
}

async function sendWindows(pipeline: KafkaPipeline, round: number): Promise<void> {
  const events = Array.from({ length: WINDOWS }, (_, n) => ({
    event_id: `${round}-${n}`,
    event_type: 'bench',
    data: { n },
  }))
  await pipeline.send(events)
  const isDone = async () => (await pipeline.decisions()).length >= WINDOWS * (round + 1)
  const asked = (round + 1) * WINDOWS
  await waitFor(() => pipeline.simulator.stats().requests >= asked, { what: 'all calls', withinMs: 60_000 })
  await waitFor(isDone, { what: 'all decisions', withinMs: 60_000 })
}
