import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { moments } from '../moments.ts'
import { fleet } from './fleet.ts'

const RULE_ID = 'flapping-host'

interface Outage {
  readonly host: string
  readonly atMs: number
  readonly seconds: number
  readonly reason: 'maintenance' | 'no heartbeat'
}

/** Hosts that go down and come up: once each at night for updates, one of them three times, and one that nobody touched. */
export function hostStates(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const dice = new Dice(seed, 'host states')
  const flapping = { fromMs: day.at('20:10:00'), toMs: day.at('20:41:00') }
  const outages: readonly Outage[] = [
    ...fleet.map(({ host }, index) => {
      return { host, atMs: day.at('03:30:00') + index * 420_000, seconds: 95, reason: 'maintenance' as const }
    }),
    ...['05:20:00', '05:26:00', '05:33:00'].map(at => {
      return { host: 'edge-2', atMs: day.at(at), seconds: 140, reason: 'maintenance' as const }
    }),
    ...moments(dice, { ...flapping, everySeconds: 210, jitter: 0.3 }).map(atMs => {
      return { host: 'edge-1', atMs, seconds: dice.whole(25, 110), reason: 'no heartbeat' as const }
    }),
  ]
  return { emissions: outages.flatMap(statesOf), planted: plantedIn(day, flapping) }
}

function statesOf({ host, atMs, seconds, reason }: Outage): readonly Emission[] {
  const state = (name: 'down' | 'up', ms: number): Emission => ({
    topic: 'metrics',
    key: host,
    atMs: ms,
    id: { series: `state-${host}` },
    type: 'host.state',
    source: 'monitor',
    data: { host, state: name, reason },
  })
  return [state('down', atMs), state('up', atMs + seconds * 1000)]
}

function plantedIn(day: Day, flapping: Pick<Planted, 'fromMs' | 'toMs'>): readonly Planted[] {
  return [
    {
      id: 'firmware-edge-2',
      story: 'edge-2 is restarted three times within a quarter of an hour for new firmware',
      rule_id: RULE_ID,
      key: 'edge-2',
      fromMs: day.at('05:20:00'),
      toMs: day.at('05:36:00'),
    },
    {
      id: 'flapping-edge-1',
      story: 'edge-1 is lost and comes back again and again for half an hour, and nobody knows why',
      rule_id: RULE_ID,
      key: 'edge-1',
      ...flapping,
      alertByMs: day.at('20:27:00'),
      alertsMax: 3,
    },
  ]
}
