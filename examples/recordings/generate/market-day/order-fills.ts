import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { hourly } from '../hourly.ts'
import { moments } from '../moments.ts'

const EVERY_SECONDS = 75
const busyness = [
  0.4, 0.3, 0.2, 0.2, 0.3, 0.4, 0.8, 1, 1.2, 1.2, 1, 1, 1.1, 1.6, 1.8, 1.8, 1.6, 1.4, 1.2, 1, 0.9, 0.8, 0.6,
  0.5,
]

interface Traded {
  readonly symbol: string
  readonly price: number
  readonly quantity: readonly [min: number, max: number]
  /** How far a fill usually is from the expected price at most. */
  readonly slippage: number
}

const traded: readonly Traded[] = [
  { symbol: 'BTCUSDT', price: 91_200, quantity: [0.02, 1.5], slippage: 0.0006 },
  { symbol: 'ETHUSDT', price: 3062, quantity: [0.5, 40], slippage: 0.0008 },
  { symbol: 'SOLUSDT', price: 138, quantity: [5, 400], slippage: 0.0012 },
  // A thin book: fills are far off, and small.
  { symbol: 'LUMAUSDT', price: 0.3271, quantity: [100, 9000], slippage: 0.02 },
]

/** What became of orders: how far from the expected price they were filled, and one that somebody mistyped. */
export function orderFills(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const dice = new Dice(seed, 'order fills')
  const busy = hourly(day, busyness)
  const span = { fromMs: day.startMs, toMs: day.endMs, jitter: 0.9 }
  const usual = moments(dice, { ...span, everySeconds: atMs => EVERY_SECONDS / busy(atMs) })
  const mistypedMs = day.at('10:12:30.640')
  const mistyped = filled(mistypedMs, 'venue-b', {
    symbol: 'PEPPUSDT',
    expected: 0.0418,
    price: 0.0334,
    quantity: 640_000,
  })
  return {
    emissions: [...usual.map(atMs => usualFill(atMs, dice)), mistyped],
    planted: [
      {
        id: 'fat-finger-order',
        story: 'A sale of 640,000 PEPP with a digit wrong is filled 20 % below the expected price',
        rule_id: 'order-slippage',
        key: 'venue-b',
        fromMs: mistypedMs,
        toMs: mistypedMs,
        alertByMs: mistypedMs + 1000,
      },
    ],
  }
}

function usualFill(atMs: number, dice: Dice): Emission {
  const { symbol, price, quantity, slippage } = dice.pick(traded)
  const expected = price * (1 + 0.01 * dice.normal())
  const order = {
    symbol,
    expected,
    price: expected * (1 + slippage * dice.between(-1, 1)),
    quantity: dice.between(...quantity),
  }
  return filled(atMs, dice.pick(['venue-a', 'venue-a', 'venue-b', 'venue-c']), order)
}

interface Order {
  readonly symbol: string
  readonly expected: number
  readonly price: number
  readonly quantity: number
}

function filled(atMs: number, venue: string, { symbol, expected, price, quantity }: Order): Emission {
  const round = (value: number) => Number(value.toPrecision(6))
  return {
    topic: 'fills',
    key: venue,
    atMs,
    id: { series: 'order' },
    type: 'order.filled',
    source: venue,
    data: {
      venue,
      symbol,
      price: round(price),
      expected_price: round(expected),
      quantity: Number(quantity.toFixed(2)),
    },
  }
}
