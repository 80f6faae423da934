import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { moments } from '../moments.ts'
import { fleet } from './fleet.ts'

const EVERY_SECONDS = 1800
const RULE_ID = 'disk-filling'
const filling = { host: 'db-2', mount: '/var', gib: 120, from: '06:00:00', usedFrom: 58, usedTo: 97 } as const

interface Disk {
  readonly host: string
  readonly mount: string
  readonly gib: number
  readonly used: number
}

/** Every host has a root and a boot partition; two have large disks that are nearly full and have much left. */
const disks: readonly Disk[] = [
  ...fleet.map(({ host }) => ({ host, mount: '/', gib: 60, used: 41 })),
  ...fleet.map(({ host }) => ({ host, mount: '/boot', gib: 1, used: 93 })),
  { host: 'db-1', mount: '/data', gib: 8000, used: 95 },
  { host: 'db-2', mount: '/data', gib: 8000, used: 94 },
]

/** How full the disks are: one fills up slowly, from the morning on. */
export function hostDisks(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const usual = disks.flatMap(disk => {
    const dice = new Dice(seed, `disk ${disk.host} ${disk.mount}`)
    return momentsOf(day, dice).map(atMs => sampleOf(disk, atMs, disk.used + 0.4 * dice.between(-1, 1)))
  })
  const fillingUp = momentsOf(day, new Dice(seed, 'disk filling')).map(atMs =>
    sampleOf({ ...filling, used: 0 }, atMs, usedAt(atMs, day)),
  )
  return { emissions: [...usual, ...fillingUp], planted: [plantedIn(day, fillingUp)] }
}

function momentsOf(day: Day, dice: Dice): readonly number[] {
  return moments(dice, { fromMs: day.startMs, toMs: day.endMs, everySeconds: EVERY_SECONDS, jitter: 0.02 })
}

function usedAt(atMs: number, day: Day): number {
  const fromMs = day.at(filling.from)
  const part = Math.max(0, atMs - fromMs) / (day.endMs - fromMs)
  return filling.usedFrom + (filling.usedTo - filling.usedFrom) * part
}

function sampleOf({ host, mount, gib }: Disk, atMs: number, used: number): Emission {
  return {
    topic: 'metrics',
    key: host,
    atMs,
    id: { series: `disk-${host}` },
    type: 'host.disk',
    source: 'node-agent',
    data: {
      host,
      mount,
      used_percent: Number(used.toFixed(1)),
      free_gib: Number((gib * (1 - used / 100)).toFixed(1)),
    },
  }
}

/** The expression is for each sample, so each from 90 percent on is an alert. */
function plantedIn(day: Day, samples: readonly Emission[]): Planted {
  const full = samples.filter(({ data: { used_percent } }) => Number(used_percent) >= 90)
  const firstMs = full[0]?.atMs ?? day.endMs
  return {
    id: 'disk-filling',
    story: 'The disk of db-2 fills up, by more than two percent an hour',
    rule_id: RULE_ID,
    key: JSON.stringify([filling.host, filling.mount]),
    fromMs: day.at(filling.from),
    toMs: day.endMs,
    alertByMs: firstMs + 1000,
    alertsMax: full.length,
  }
}
