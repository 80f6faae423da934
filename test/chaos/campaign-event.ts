import { type ChaosEvent, PLAIN, TICK, WINDOW } from './campaign-rules.ts'
import { drawsFrom } from './draws.ts'

export const SOURCE_PARTITIONS = 4

const KEYS = 8
const REPEATED_SHARE = 0.02
const GARBAGE_SHARE = 0.01
/** Some keys are rare, so that their windows close by time. */
const SKEW = 4
const types = [PLAIN, PLAIN, WINDOW, TICK] as const
const spoiled: readonly ((n: number) => string)[] = [
  n => `{"event_id":"garbage-${n}","event_type":`,
  n => JSON.stringify({ event_id: `garbage-${n}`, data: { n } }),
  n => JSON.stringify({ event_id: `garbage-${n}`, event_type: PLAIN, timestamp: 'yesterday', data: { n } }),
]

export interface CampaignEvent extends ChaosEvent {
  /** Of the source topic; all events of a key share it. */
  readonly partition: number
  /** Written a second time, this much later. */
  readonly repeatedAfterMs: number | null
  /** What is written in its place, where it is none. */
  readonly garbage: string | null
}

/** The n-th event of a campaign: the same for the same seed. */
export function campaignEvent(seed: number, n: number): CampaignEvent {
  const draws = drawsFrom(seed ^ Math.imul(n + 1, 0x9e3779b1))
  const place = Math.floor(KEYS * draws.next() ** SKEW)
  const garbage = draws.chance(GARBAGE_SHARE) ? (draws.pick(spoiled)?.(n) ?? '') : null
  const repeatedAfterMs =
    garbage === null && draws.chance(REPEATED_SHARE) ? draws.pick([0, 100, 1500, 6000]) : null
  return {
    n,
    key: `k${place}`,
    type: types[n % types.length] ?? PLAIN,
    partition: place % SOURCE_PARTITIONS,
    repeatedAfterMs: repeatedAfterMs ?? null,
    garbage,
  }
}
