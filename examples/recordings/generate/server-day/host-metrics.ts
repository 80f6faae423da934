import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { hourly } from '../hourly.ts'
import { moments } from '../moments.ts'
import { fleet, type FleetHost } from './fleet.ts'

/** Between two samples, and between two of a host that has much to do. */
const EVERY_SECONDS = 300
const LOADED_SECONDS = 60
/** How busy the shop is, by the hour. */
const busyness = [
  0.6, 0.5, 0.5, 0.5, 0.5, 0.6, 0.8, 0.9, 1, 1.1, 1.1, 1.2, 1.2, 1.1, 1.1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.4, 1.2,
  1, 0.8,
]

/** A stretch in which a host is not as usual. */
interface Load {
  readonly host: string
  readonly from: string
  readonly to: string
  readonly cpu?: number
  readonly memory?: number
  readonly steal?: number
  readonly job?: string
}

const loads: readonly Load[] = [
  { host: 'batch-1', from: '01:30:00', to: '03:10:00', cpu: 0.97, memory: 0.92, job: 'nightly-report' },
  { host: 'db-1', from: '02:00:00', to: '02:40:00', cpu: 0.9, memory: 0.9, job: 'nightly-report' },
  { host: 'api-1', from: '08:15:00', to: '08:17:00', steal: 0.2 },
  { host: 'api-2', from: '12:00:00', to: '12:28:00', cpu: 0.78, steal: 0.33 },
  { host: 'cache-1', from: '17:10:00', to: '17:35:00', memory: 0.83 },
  { host: 'cache-1', from: '17:35:00', to: '18:05:00', cpu: 0.93, memory: 0.95 },
]

/** The load of all hosts: a batch each night, a neighbour that takes CPU away, and a cache that runs out of memory. */
export function hostMetrics(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const emissions = fleet.flatMap(host => samplesOf(host, day, new Dice(seed, `host ${host.host}`)))
  return { emissions, planted: plantedIn(day) }
}

function samplesOf(host: FleetHost, day: Day, dice: Dice): readonly Emission[] {
  const own = loads.filter(load => load.host === host.host)
  const cuts = own.flatMap(({ from, to }) => [day.at(from), day.at(to)])
  const edges = [day.startMs, ...cuts, day.endMs]
  const busy = hourly(day, busyness)
  return edges.slice(1).flatMap((toMs, index) => {
    // Every second stretch is one of the loads.
    const load = index % 2 === 1 ? own[(index - 1) / 2] : undefined
    const everySeconds = load === undefined ? EVERY_SECONDS : LOADED_SECONDS
    const span = { fromMs: edges[index] ?? toMs, toMs, everySeconds, jitter: 0.05 }
    return moments(dice, span).map(atMs => sampleOf({ host, load, atMs, busy: busy(atMs), dice }))
  })
}

interface Sample {
  readonly host: FleetHost
  readonly load: Load | undefined
  readonly atMs: number
  readonly busy: number
  readonly dice: Dice
}

function sampleOf({ host: { host, cpu, memory }, load, atMs, busy, dice }: Sample): Emission {
  const round = (value: number) => Number(value.toFixed(2))
  const usual = { cpu: cpu * busy + 0.03 * dice.normal(), memory, steal: 0.01 }
  const at = { ...usual, ...load }
  return {
    topic: 'metrics',
    key: host,
    atMs,
    id: { series: `metric-${host}` },
    type: 'system.metric',
    source: 'node-agent',
    data: {
      host,
      cpu_usage: round(at.cpu + 0.02 * dice.between(-1, 1)),
      memory_usage: round(at.memory + 0.02 * dice.between(-1, 1)),
      cpu_steal: round(at.steal * dice.between(0.7, 1.3)),
      ...(load?.job !== undefined && { job: load.job }),
    },
  }
}

function plantedIn(day: Day): readonly Planted[] {
  const between = (from: string, to: string) => ({ fromMs: day.at(from), toMs: day.at(to) })
  const batch = 'The nightly report takes all CPU and memory, as it does every night'
  return [
    {
      id: 'nightly-batch',
      story: batch,
      rule_id: 'host-strained',
      key: 'batch-1',
      ...between('01:30:00', '03:10:00'),
    },
    {
      id: 'nightly-batch-db',
      story: batch,
      rule_id: 'host-strained',
      key: 'db-1',
      ...between('02:00:00', '02:40:00'),
    },
    {
      id: 'short-steal',
      story: 'For two minutes a neighbour takes a fifth of the CPU of api-1',
      rule_id: 'noisy-neighbour',
      key: 'api-1',
      ...between('08:15:00', '08:17:00'),
    },
    {
      id: 'noisy-neighbour',
      story: 'For 28 minutes a neighbour takes a third of the CPU of api-2',
      rule_id: 'noisy-neighbour',
      key: 'api-2',
      ...between('12:00:00', '12:28:00'),
      alertByMs: day.at('12:12:00'),
      alertsMax: 4,
    },
    {
      id: 'cache-out-of-memory',
      story: 'The memory of cache-1 fills up, and from 17:35 on it is short of CPU as well',
      rule_id: 'host-strained',
      key: 'cache-1',
      ...between('17:10:00', '18:05:00'),
      alertByMs: day.at('17:47:00'),
      alertsMax: 4,
    },
  ]
}
