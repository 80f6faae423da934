import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { hourly } from '../hourly.ts'
import { moments } from '../moments.ts'

const RULE_ID = 'buying-spree'
/** Between two signals on average; they come with the market's hours. */
const EVERY_SECONDS = 80
const busyness = [
  0.4, 0.3, 0.2, 0.2, 0.2, 0.4, 0.8, 1, 1.2, 1.2, 1, 1, 1.1, 1.6, 1.8, 1.8, 1.6, 1.4, 1.2, 1, 0.9, 0.8, 0.6,
  0.5,
]
const symbols = ['BTCUSDT', 'BTCUSDT', 'ETHUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT', 'DOGEUSDT'] as const

interface Row {
  readonly id: string
  readonly story: string
  readonly symbol: string
  readonly source: string
  readonly at: string
  readonly everySeconds: number
  /** In thousands of USDT; below zero it is a sale. */
  readonly volumes: readonly number[]
  /** After how many seconds its alert is there; absent for a decoy, null for what is not worth a word. */
  readonly foundAfterSeconds?: number
}

const rows: readonly Row[] = [
  {
    id: 'night-spree',
    story: 'Six buys of SOL within ten seconds of a quiet night, 810k USDT together',
    symbol: 'SOLUSDT',
    source: 'strategy-3',
    at: '04:12:07.400',
    everySeconds: 1.9,
    volumes: [120, 150, 110, 160, 140, 130],
    foundAfterSeconds: 10,
  },
  {
    id: 'hedged-pairs',
    story: 'A desk buys 1.6M USDT of BTC in four orders, and sells as much at the same time',
    symbol: 'BTCUSDT',
    source: 'desk-2',
    at: '08:30:41.120',
    everySeconds: 0.6,
    volumes: [400, -400, 380, -380, 420, -420, 400, -400],
  },
  {
    id: 'nearly-a-spree',
    story: 'Five buys of ETH in a row, but of 90k USDT each: 450k together',
    symbol: 'ETHUSDT',
    source: 'strategy-9',
    at: '11:02:19.880',
    everySeconds: 2.2,
    volumes: [90, 90, 90, 90, 90],
  },
  {
    id: 'spree',
    story: 'Six buys of BTC within eight seconds after the news, 900k USDT together',
    symbol: 'BTCUSDT',
    source: 'strategy-7',
    at: '13:30:08.300',
    everySeconds: 1.6,
    volumes: [100, 150, 120, 180, 200, 150],
    foundAfterSeconds: 8,
  },
  {
    id: 'mixed',
    story: 'Small buys and sells of ETH by turns',
    symbol: 'ETHUSDT',
    source: 'strategy-9',
    at: '13:30:55.300',
    everySeconds: 1.7,
    volumes: [20, -15, 30, -25, 10, -20],
  },
  {
    id: 'whale',
    story: 'Three very large buys of BTC, and then silence',
    symbol: 'BTCUSDT',
    source: 'strategy-7',
    at: '13:31:50.300',
    everySeconds: 4.3,
    volumes: [350, 400, 450],
    foundAfterSeconds: 31,
  },
  {
    id: 'patient-spree',
    story: 'Four buys of ETH, seven seconds apart, 720k USDT together',
    symbol: 'ETHUSDT',
    source: 'strategy-4',
    at: '19:20:33.750',
    everySeconds: 7,
    volumes: [170, 190, 180, 180],
    foundAfterSeconds: 31,
  },
]

/** What strategies want to buy and sell: small orders all day, a few sprees, and what only looks like one. */
export function tradeSignals(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  return {
    emissions: [...background(day, new Dice(seed, 'signals')), ...rows.flatMap(row => emissionsOf(row, day))],
    planted: rows.map(row => plantedOf(row, day)),
  }
}

function background(day: Day, dice: Dice): readonly Emission[] {
  const busy = hourly(day, busyness)
  const everySeconds = (atMs: number) => EVERY_SECONDS / busy(atMs)
  return moments(dice, { fromMs: day.startMs, toMs: day.endMs, everySeconds, jitter: 0.9 })
    .map(atMs => {
      const symbol = dice.pick(symbols)
      const side = dice.chance(0.5) ? 'buy' : 'sell'
      // Five of the largest are below what makes a spree.
      const volume = dice.whole(5, 85) * 1000
      const source = `strategy-${dice.whole(1, 9)}`
      return { ...signal({ symbol, side, volume }), atMs, id: { series: 'signal' }, source }
    })
    .filter(({ atMs, key }) => !rows.some(row => row.symbol === key && isNear(day.at(row.at), atMs)))
}

/** What is planted has two minutes to itself. */
function isNear(plantedMs: number, atMs: number): boolean {
  return plantedMs - 40_000 < atMs && atMs < plantedMs + 130_000
}

function emissionsOf({ id, symbol, source, at, everySeconds, volumes }: Row, day: Day): readonly Emission[] {
  return volumes.map((thousands, index) => {
    const side = thousands < 0 ? 'sell' : 'buy'
    const atMs = day.at(at) + Math.round(index * everySeconds * 1000)
    return {
      ...signal({ symbol, side, volume: Math.abs(thousands) * 1000 }),
      atMs,
      id: `${id}-${index + 1}`,
      source,
    }
  })
}

function plantedOf(row: Row, day: Day): Planted {
  const { id, story, symbol: key, at, everySeconds, volumes, foundAfterSeconds } = row
  const fromMs = day.at(at)
  const toMs = fromMs + Math.round((volumes.length - 1) * everySeconds * 1000)
  const found = foundAfterSeconds !== undefined && { alertByMs: fromMs + foundAfterSeconds * 1000 }
  return { id, story, rule_id: RULE_ID, key, fromMs, toMs, ...found }
}

interface Signal {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly volume: number
}

function signal(data: Signal): Pick<Emission, 'topic' | 'key' | 'type' | 'data'> {
  return { topic: 'signals', key: data.symbol, type: 'trade.signal', data: { ...data } }
}
