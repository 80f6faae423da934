import { type KafkaPipelineOptions, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'
import { rounded } from './bench-report.ts'
import { processCpuSeconds, processPeakMb } from './process-cpu.ts'

export const PARTITIONS = 4

/** Markers of transactions at the ends of the eight partitions of `work`. */
const MARKERS_MAX = 16

export interface ThroughputCase {
  readonly rules: readonly unknown[]
  readonly stages: string
  readonly events: number
  /** What runs, where it is not the pipeline as users run it. */
  readonly program?: Pick<KafkaPipelineOptions, 'main' | 'offsetsGroup'>
}

/** Runs a process over all events of a topic, to its last commit. */
export async function runCase(
  brokers: readonly string[],
  { rules, stages, events, program = {} }: ThroughputCase,
  source: string,
) {
  const pipeline = await kafkaPipeline({
    ...program,
    brokers,
    rules,
    partitions: PARTITIONS,
    config: { sources: [{ topic: source, from: 'earliest' }] },
    stages,
  })
  try {
    const started = await pipeline.start()
    const pid = started.child.pid ?? 0
    const cpuBefore = processCpuSeconds(pid)
    const from = performance.now()
    const decides = stages.includes('decide')
    const isDone = async () =>
      (await pipeline.committed('route', source)) >= events &&
      (!decides || (await pipeline.undecided()) <= MARKERS_MAX)
    await waitFor(isDone, { what: 'the end', withinMs: 300_000, everyMs: 20 })
    const seconds = (performance.now() - from) / 1000
    return figures({
      events,
      seconds,
      cpuSeconds: processCpuSeconds(pid) - cpuBefore,
      peakMb: processPeakMb(pid),
    })
  } finally {
    await pipeline.dispose()
  }
}

interface Measured {
  readonly events: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMb: number
}

/** A row of the table. */
export function figures({ events, seconds, cpuSeconds, peakMb }: Measured) {
  return {
    events,
    events_per_second: Math.round(events / seconds),
    cpu_seconds_per_million: rounded((cpuSeconds / events) * 1e6),
    ...(Number.isFinite(peakMb) && { peak_mb: Math.round(peakMb) }),
  }
}
