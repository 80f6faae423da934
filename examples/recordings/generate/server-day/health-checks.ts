import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { moments } from '../moments.ts'

const RULE_ID = 'bad-deploy'
/** Between two measurements, and between two shortly after a deployment. */
const EVERY_SECONDS = 300
const WATCHED_SECONDS = 60
const WATCHED_MINUTES = 20
const MINUTE_MS = 60_000

const services = [
  { service: 'catalog', p95: 180 },
  { service: 'search', p95: 240 },
  { service: 'cart', p95: 120 },
  { service: 'checkout', p95: 310 },
  { service: 'payments', p95: 420 },
  { service: 'accounts', p95: 150 },
] as const

/** What the minutes after a deployment are like: errors, and how many times slower, for each minute; then all is well. */
type Minutes = readonly (readonly [errorRate: number, slower: number])[]

interface Deploy {
  readonly service: (typeof services)[number]['service']
  readonly at: string
  readonly version: string
  readonly minutes: Minutes
  readonly planted?: Pick<Planted, 'id' | 'story'> & {
    readonly foundAfterMinutes?: number
    readonly alertsMax?: number
  }
}

const deploys: readonly Deploy[] = [
  { service: 'catalog', at: '07:40:00', version: '4.1.0', minutes: [] },
  {
    service: 'cart',
    at: '09:12:00',
    version: '2.8.1',
    minutes: [[0.034, 1.9]],
    planted: {
      id: 'restart-cart',
      story: 'The first minute after the deployment of cart has errors, and no other',
    },
  },
  {
    service: 'search',
    at: '10:05:00',
    version: '7.0.0',
    minutes: [
      [0.004, 2.6],
      [0.003, 2.1],
      [0.002, 1.6],
      [0.002, 1.2],
    ],
    planted: {
      id: 'cold-cache-search',
      story: 'The new search is slow until its cache is warm, for three minutes',
    },
  },
  { service: 'accounts', at: '11:30:00', version: '3.3.4', minutes: [] },
  {
    service: 'checkout',
    at: '14:20:00',
    version: '5.6.0',
    minutes: [
      [0.004, 1.1],
      [0.018, 1.2],
      [0.027, 1.4],
      [0.039, 1.6],
      [0.051, 1.9],
      [0.058, 2.1],
      [0.063, 2.2],
      [0.061, 2.3],
      [0.066, 2.2],
      [0.064, 2.4],
      [0.069, 2.3],
      [0.067, 2.5],
    ],
    planted: {
      id: 'bad-deploy-checkout',
      story:
        'The new checkout fails for more and more customers, until it is rolled back after twelve minutes',
      foundAfterMinutes: 5,
      alertsMax: 6,
    },
  },
  { service: 'checkout', at: '14:32:00', version: '5.5.2', minutes: [[0.012, 1.3]] },
  { service: 'payments', at: '15:50:00', version: '1.19.0', minutes: [] },
]

/** The health of the services, with the deployments of the day: most are fine, and one is not. */
export function healthChecks(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const emissions = services.flatMap(({ service, p95 }) => {
    const dice = new Dice(seed, `service ${service}`)
    return momentsOf(service, day, dice).map(atMs => healthOf({ service, p95, atMs, day, dice }))
  })
  return { emissions, planted: deploys.flatMap(deploy => plantedIn(deploy, day)) }
}

function momentsOf(service: string, day: Day, dice: Dice): readonly number[] {
  const own = deploys.filter(deploy => deploy.service === service).map(({ at }) => day.at(at))
  const everySeconds = (atMs: number) => {
    const watched = own.some(
      deployedMs => deployedMs <= atMs && atMs < deployedMs + WATCHED_MINUTES * MINUTE_MS,
    )
    return watched ? WATCHED_SECONDS : EVERY_SECONDS
  }
  // A stretch of its own after each deployment, so that its first minute is measured.
  const edges = [day.startMs, ...own, day.endMs]
  return edges
    .slice(1)
    .flatMap((toMs, index) =>
      moments(dice, { fromMs: edges[index] ?? toMs, toMs, everySeconds, jitter: 0.05 }),
    )
}

interface Measured {
  readonly service: string
  readonly p95: number
  readonly atMs: number
  readonly day: Day
  readonly dice: Dice
}

function healthOf({ service, p95, atMs, day, dice }: Measured): Emission {
  const newest = deploys.findLast(deploy => deploy.service === service && day.at(deploy.at) <= atMs)
  const deployedMs = newest === undefined ? day.startMs - 31 * 60 * MINUTE_MS : day.at(newest.at)
  const minutes = Math.floor((atMs - deployedMs) / MINUTE_MS)
  const [errorRate = 0.002, slower = 1] = newest?.minutes[minutes] ?? []
  return {
    topic: 'services',
    key: service,
    atMs,
    id: { series: `health-${service}` },
    type: 'service.health',
    source: 'gateway',
    data: {
      service,
      version: newest?.version ?? 'previous',
      minutes_since_deploy: minutes,
      error_rate: Number((errorRate * dice.between(0.9, 1.1)).toFixed(4)),
      p95_ms: Math.round(p95 * slower * dice.between(0.96, 1.04)),
      baseline_p95_ms: p95,
    },
  }
}

function plantedIn({ service, at, minutes, planted }: Deploy, day: Day): readonly Planted[] {
  if (planted === undefined) return []
  const { id, story, foundAfterMinutes, alertsMax } = planted
  const fromMs = day.at(at)
  const found = foundAfterMinutes !== undefined && { alertByMs: fromMs + foundAfterMinutes * MINUTE_MS }
  const many = alertsMax !== undefined && { alertsMax }
  const toMs = fromMs + minutes.length * MINUTE_MS
  return [{ id, story, rule_id: RULE_ID, key: service, fromMs, toMs, ...found, ...many }]
}
