import { type Rule, ruleSchema } from '../../../schemas/rule.ts'

/** A rule, and the stream that it sees. */
export interface SampleRule {
  readonly rule: Rule
  readonly keys: readonly string[]
  /** Events of its types in a quiet hour. */
  readonly eventsPerHour: number
  /** How many of them pass. */
  readonly passShare: number
  /** How many of its windows raise an alert when nothing happens, and when something does. */
  readonly alertShares: readonly [number, number]
  /** Minutes of the day at which something happens. */
  readonly incidents: readonly number[]
  readonly reasons: readonly string[]
  readonly noReasons: readonly string[]
}

const symbols = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT', 'DOGEUSDT', 'ADAUSDT', 'LINKUSDT', 'AVAXUSDT']
const hosts = Array.from({ length: 40 }, (_, n) => `web-${String(n + 1).padStart(2, '0')}.eu-west`)
const cards = Array.from({ length: 60 }, (_, n) => `card-${(4000 + 37 * n).toString(16)}`)

type RuleSketch = readonly [
  id: string,
  name: string,
  type: 'traditional' | 'llm' | 'hybrid',
  llm: object | null,
]

function ruleOf([rule_id, name, rule_type, llm]: RuleSketch): Rule {
  return ruleSchema.parse({
    rule_id,
    name,
    event_types: ['trade.signal'],
    rule_config: {
      rule_type,
      ...(rule_type !== 'llm' && { pre_filter: { expression: 'volume > 50000' } }),
      ...(llm !== null && { llm_config: { description: 'as the name says', ...llm } }),
    },
  })
}

const batch = { trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 30 }

const samples: readonly SampleRule[] = [
  {
    rule: ruleOf(['buying-spree', 'Buying spree', 'llm', batch]),
    keys: symbols,
    eventsPerHour: 900,
    passShare: 1,
    alertShares: [0.0008, 0.1],
    incidents: [575, 842, 1130],
    reasons: [
      'Five buys of 120k to 310k USDT within eleven seconds and no sell between them: 1.04M USDT together.',
      'The same buyer takes every offer up to 2.1 % above the last price; six buys, 780k USDT.',
      'Buys grow from 90k to 260k USDT while the spread widens. Together 655k USDT, no sell.',
    ],
    noReasons: ['Buys and sells by turns, no direction.', 'Three buys, 140k USDT together: too little.'],
  },
  {
    rule: ruleOf(['price-crash', 'Price crash', 'hybrid', { ...batch, batch_size: 10 }]),
    keys: symbols,
    eventsPerHour: 3600,
    passShare: 0.06,
    alertShares: [0.002, 0.16],
    incidents: [842, 1131],
    reasons: [
      'Ten falls in a row, 61,240 to 57,880 in 40 seconds (-5.5 %), and the last three are the steepest.',
      'It falls 4.2 % in half a minute and takes nothing back.',
    ],
    noReasons: [
      'One jump of 3.4 % that is taken back in the next two updates.',
      'It falls and recovers by turns; no crash.',
    ],
  },
  {
    rule: ruleOf([
      'wash-trading',
      'Wash trading',
      'hybrid',
      { trigger_mode: 'interval', interval_seconds: 300 },
    ]),
    keys: symbols.slice(0, 5),
    eventsPerHour: 1200,
    passShare: 0.18,
    alertShares: [0.003, 0.3],
    incidents: [300, 1131],
    reasons: ['Two accounts trade the same 12.5 BTC back and forth eleven times at one price.'],
    noReasons: ['Many accounts, many sizes; nothing repeats.'],
  },
  {
    rule: ruleOf(['profit-target', 'Profit target reached', 'traditional', null]),
    keys: symbols,
    eventsPerHour: 3600,
    passShare: 0.0004,
    alertShares: [1, 1],
    incidents: [575],
    reasons: ['the expression holds: pnl >= target'],
    noReasons: [],
  },
  {
    rule: ruleOf(['card-testing', 'Card testing', 'llm', { trigger_mode: 'batch', batch_size: 8 }]),
    keys: cards,
    eventsPerHour: 700,
    passShare: 1,
    alertShares: [0.0003, 0.06],
    incidents: [185, 190, 1290],
    reasons: [
      'Eight charges of 0.99 to 1.01 EUR at eight shops within two minutes, six of them declined.',
      'Amounts under one euro, a new shop each time, from an address in another country than the last purchase.',
    ],
    noReasons: ['Ordinary purchases at known shops.', 'A subscription and two groceries.'],
  },
  {
    rule: ruleOf(['leaked-secret', 'Secret in a log line', 'hybrid', { trigger_mode: 'realtime' }]),
    keys: hosts,
    eventsPerHour: 5200,
    passShare: 0.002,
    alertShares: [0.05, 0.3],
    incidents: [640],
    reasons: ['The line holds an AWS access key id and, next to it, what looks like its secret.'],
    noReasons: ['A placeholder from the documentation, not a key.', 'A hash of a commit.'],
  },
  {
    rule: ruleOf(['host-pressure', 'Host under pressure', 'hybrid', { ...batch, max_wait_seconds: 60 }]),
    keys: hosts,
    eventsPerHour: 4800,
    passShare: 0.05,
    alertShares: [0.0006, 0.12],
    incidents: [640, 1290],
    reasons: ['Memory at 97 % and climbing, swap in use, and load three times the number of cores.'],
    noReasons: ['A backup runs at this hour every day; memory is fine.', 'A short peak of the CPU.'],
  },
  {
    rule: ruleOf(['cpu-high', 'CPU over 95 %', 'traditional', null]),
    keys: hosts,
    eventsPerHour: 4800,
    passShare: 0.0004,
    alertShares: [1, 1],
    incidents: [640, 1290],
    reasons: ['the expression holds: cpu > 0.95'],
    noReasons: [],
  },
]

/** As many rules as are wanted: the first ones are all different, later ones repeat them under other names. */
export function sampleRules(count: number): readonly SampleRule[] {
  return Array.from({ length: count }, (_, index) => {
    const sample = samples[index % samples.length] ?? samples[0]
    if (sample === undefined) throw new Error('there are no samples')
    const round = Math.floor(index / samples.length)
    if (round === 0) return sample
    const { rule_id, name } = sample.rule
    return {
      ...sample,
      rule: { ...sample.rule, rule_id: `${rule_id}-${round + 1}`, name: `${name} ${round + 1}` },
    }
  })
}
