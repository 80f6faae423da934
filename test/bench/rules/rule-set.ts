import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import type { Event } from '../../../schemas/event.ts'
import { type Rule, ruleSchema } from '../../../schemas/rule.ts'

/** Rules, and events for them. */
export interface RuleSet {
  readonly rules: readonly Rule[]
  readonly events: readonly Event[]
}

export const setNames = ['selective', 'broad', 'types', 'rare', 'opaque', 'missing'] as const
export type SetName = (typeof setNames)[number]

export interface RuleSetOptions {
  readonly name: SetName
  readonly rules: number
  readonly events: number
  readonly seed: number
}

const EVENT_TYPES = 50
const THRESHOLDS = 20
/** Matches of an event by all rules of the rare set together. */
const RARE_MATCHES = 0.05
const EXCHANGES = 10
const numberFields = ['change', 'volume', 'price', 'load', 'errors', 'latency', 'spread', 'depth']

/**
 * Makes a set of rules and its events, the same for the same seed.
 *
 * 30 % one threshold, 25 % a symbol or one of three, 20 % a prefix and a threshold, 15 % two thresholds, 10 % a nested
 * field that half of the events have. `selective`: each is passed by about 2 % of the events; `broad`: by a quarter; `types`: selective, over 50
 * event types; `rare`: all together are passed by 5 % of the events, however many there are; `opaque`: selective, but
 * written so that no index can tell; `missing`: selective, and no event has any of the fields.
 */
export function ruleSet({ name, rules, events, seed }: RuleSetOptions): RuleSet {
  const random = seededRandom(seed)
  const typeOf = () => (name === 'types' ? `type.t${whole(random, EVENT_TYPES)}` : 'trade.signal')
  const share = shareOf(name, rules)
  const symbols = Math.max(3, Math.round(1 / share))
  return {
    rules: Array.from({ length: rules }, (_, index) =>
      rule(index, typeOf(), written(name, expression(random, { share, symbols }))),
    ),
    events: Array.from({ length: events }, (_, index) => ({
      event_id: `event-${index}`,
      event_type: typeOf(),
      source: 'bench',
      timestamp: '2026-11-20T10:00:00.123Z',
      context_key: `key-${index % 100}`,
      data: name === 'missing' ? { other: random() } : data(random, symbols),
    })),
  }
}

type Random = () => number

/** Of the events that one rule is passed by. */
function shareOf(name: SetName, rules: number): number {
  if (name === 'broad') return 0.25
  return name === 'rare' ? RARE_MATCHES / rules : 0.015
}

function whole(random: Random, below: number): number {
  return Math.floor(random() * below)
}

function pick(random: Random, from: readonly string[]): string {
  return from[whole(random, from.length)] ?? ''
}

function expression(random: Random, { share, symbols }: { share: number; symbols: number }): string {
  const kind = random()
  // Twenty limits around what the wanted share of events is above.
  const above = (wanted: number) => {
    const step = (2 * (whole(random, THRESHOLDS) + 0.5)) / THRESHOLDS
    return `> ${(1 - Math.min(1, wanted * step)).toFixed(9)}`
  }
  const field = pick(random, numberFields)
  if (kind < 0.3) return `${field} ${above(share)}`
  if (kind < 0.55) {
    const symbol = () => `"S${whole(random, symbols)}"`
    return random() < 0.5 ? `symbol == ${symbol()}` : `symbol in [${symbol()}, ${symbol()}, ${symbol()}]`
  }
  if (kind < 0.75) return `exchange.startsWith("exchange-") && ${field} ${above(share)}`
  if (kind < 0.9) return `${field} ${above(2 * share)} && ${pick(random, numberFields)} > 0.5`
  return `has(data.meta) && data.meta.score ${above(2 * share)}`
}

function written(name: SetName, source: string): string {
  return name === 'opaque' ? `(${source}) || symbol == "none"` : source
}

function rule(index: number, eventType: string, source: string): Rule {
  return ruleSchema.parse({
    rule_id: `rule-${index}`,
    name: 'a rule',
    event_types: [eventType],
    rule_config: { rule_type: 'traditional', pre_filter: { expression: source } },
  })
}

function data(random: Random, symbols: number): Event['data'] {
  return {
    symbol: `S${whole(random, symbols)}`,
    exchange: `exchange-${whole(random, EXCHANGES)}`,
    ...Object.fromEntries(numberFields.map(name => [name, Math.round(random() * 1e9) / 1e9])),
    ...(random() < 0.5 && { meta: { score: random() } }),
  }
}
