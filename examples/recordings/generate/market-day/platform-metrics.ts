import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { moments } from '../moments.ts'

/** Between two samples of a host, and between two while its load is watched closely. */
const EVERY_SECONDS = 300
const WATCHED_SECONDS = 2.5

interface Host {
  readonly host: string
  readonly cpu: number
  readonly memory: number
}

const hosts: readonly Host[] = [
  { host: 'web-1', cpu: 0.42, memory: 0.53 },
  { host: 'web-2', cpu: 0.45, memory: 0.57 },
  { host: 'db-1', cpu: 0.36, memory: 0.48 },
]

interface Load {
  readonly host: string
  readonly from: string
  readonly to: string
  readonly cpu: number
  readonly memory: number
  /** How far the CPU is from it at most. */
  readonly spread: number
}

/** When the samples come close together. */
const watched = [
  { from: '13:30:00', to: '13:33:00' },
  { from: '16:42:00', to: '16:47:00' },
]

const loads: readonly Load[] = [
  { host: 'db-1', from: '13:31:29', to: '13:32:33', cpu: 0.9, memory: 0.935, spread: 0.03 },
  { host: 'db-1', from: '16:42:20', to: '16:45:40', cpu: 0.9, memory: 0.92, spread: 0.04 },
]

interface Peak {
  readonly host: string
  readonly at: string
  readonly cpu: number
}

/** One sample each, above what `cpu-high` lets pass. */
const peaks: readonly Peak[] = [
  { host: 'web-2', at: '13:30:45', cpu: 0.97 },
  { host: 'db-1', at: '13:31:50', cpu: 0.96 },
  { host: 'db-1', at: '13:32:09', cpu: 0.96 },
]

/** The load of the hosts that the platform runs on. */
export function platformMetrics(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const emissions = hosts.flatMap(host => samplesOf(host, day, new Dice(seed, `host ${host.host}`)))
  return { emissions, planted: [...peaks.map(peak => plantedPeak(peak, day.at(peak.at))), ...pressure(day)] }
}

function samplesOf(host: Host, day: Day, dice: Dice): readonly Emission[] {
  const span = (from: number, to: number, everySeconds: number) =>
    moments(dice, { fromMs: from, toMs: to, everySeconds, jitter: 0.05 })
  const cuts = watched.flatMap(({ from, to }) => [day.at(from), day.at(to)])
  const edges = [day.startMs, ...cuts, day.endMs]
  const samples = edges
    .slice(1)
    .flatMap((toMs, index) => {
      const seconds = index % 2 === 0 ? EVERY_SECONDS : WATCHED_SECONDS
      return span(edges[index] ?? toMs, toMs, seconds)
    })
    .map(atMs => sampleAt(host, atMs, { day, dice }))
  return withPeaks(samples, day)
}

function sampleAt(
  { host, cpu, memory }: Host,
  atMs: number,
  { day, dice }: { readonly day: Day; readonly dice: Dice },
): Emission {
  const load = loads.find(
    ({ host: of, from, to }) => of === host && day.at(from) <= atMs && atMs < day.at(to),
  )
  const cpuUsage =
    load === undefined ? cpu + 0.06 * dice.normal() : load.cpu + load.spread * dice.between(-1, 1)
  const memoryUsage = (load?.memory ?? memory) + 0.012 * dice.between(-1, 1)
  return {
    topic: 'signals',
    key: host,
    atMs,
    id: { series: `metric-${host}` },
    type: 'system.metric',
    source: 'node-agent',
    data: { host, cpu_usage: Number(cpuUsage.toFixed(2)), memory_usage: Number(memoryUsage.toFixed(2)) },
  }
}

function withPeaks(samples: readonly Emission[], day: Day): readonly Emission[] {
  return samples.map((sample, index) => {
    const before = samples[index - 1]?.atMs ?? 0
    const peak = peaks.find(
      ({ host, at }) => host === sample.key && before < day.at(at) && day.at(at) <= sample.atMs,
    )
    return peak === undefined ? sample : { ...sample, data: { ...sample.data, cpu_usage: peak.cpu } }
  })
}

function plantedPeak({ host, at, cpu }: Peak, fromMs: number): Planted {
  const toMs = fromMs + 2 * WATCHED_SECONDS * 1000
  return {
    id: `cpu-peak-${host}-${at.replaceAll(':', '')}`,
    story: `One sample of ${host} has its CPU at ${Math.round(cpu * 100)} %`,
    rule_id: 'cpu-high',
    key: host,
    fromMs,
    toMs,
    alertByMs: toMs,
  }
}

function pressure(day: Day): readonly Planted[] {
  const found = { rule_id: 'host-pressure', key: 'db-1' }
  return [
    {
      ...found,
      id: 'news-load-db-1',
      story: 'The news keeps the database short of CPU and memory for a minute',
      fromMs: day.at('13:31:29'),
      toMs: day.at('13:32:33'),
      alertByMs: day.at('13:32:30'),
    },
    {
      ...found,
      id: 'crash-load-db-1',
      story: 'After the crash of BTC the database is short of CPU and memory for more than three minutes',
      fromMs: day.at('16:42:20'),
      toMs: day.at('16:45:40'),
      alertByMs: day.at('16:43:25'),
      alertsMax: 7,
    },
    {
      rule_id: 'host-pressure',
      key: 'web-2',
      id: 'short-peak-web-2',
      story: 'The CPU of web-2 is full for one sample, and its memory does not move',
      fromMs: day.at('13:30:44'),
      toMs: day.at('13:31:01'),
    },
  ]
}
