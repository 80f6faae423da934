import type { Day } from '../day.ts'
import type { Planted } from '../generated-day.ts'

/** A move of a price that no chance makes. */
export interface PriceMove {
  readonly symbol: string
  readonly fromMs: number
  /** The price as a part of what it would be, so many seconds after the beginning; the last one stays. */
  readonly points: readonly (readonly [seconds: number, factor: number])[]
  /** How many times the usual volume is traded, and for how long. */
  readonly volumeRatio: number
  readonly loudSeconds: number
}

interface Move {
  readonly id: string
  readonly story: string
  readonly symbol: string
  readonly at: string
  readonly points: PriceMove['points']
  readonly volumeRatio: number
  readonly loudSeconds: number
  /** Rules that must find it, after so many seconds at the latest, with so many alerts at most. */
  readonly found?: Readonly<Record<string, readonly [seconds: number, alertsMax: number]>>
  /** Rules that look at it, and must not be taken in. */
  readonly passed?: readonly string[]
}

const moves: readonly Move[] = [
  {
    id: 'flash-crash-xrp',
    story: 'In a thin night market XRP loses 7 % within four seconds, and has them back ten seconds later',
    symbol: 'XRPUSDT',
    at: '02:47:10',
    points: [
      [4, 0.93],
      [5, 0.93],
      [15, 0.998],
    ],
    volumeRatio: 3,
    loudSeconds: 60,
    passed: ['price-crash'],
  },
  {
    id: 'crash-doge',
    story: 'DOGE loses a fifth within a minute, and does not recover',
    symbol: 'DOGEUSDT',
    at: '06:20:00',
    points: [
      [60, 0.8],
      [7200, 0.83],
    ],
    volumeRatio: 3,
    loudSeconds: 120,
    found: { 'price-crash': [60, 6] },
  },
  {
    id: 'fat-finger-pepp',
    story: 'An order 20 % below the market is filled; the next trade is where the price was',
    symbol: 'PEPPUSDT',
    at: '10:12:30',
    points: [
      [1, 0.8],
      [2, 0.8],
      [3, 0.999],
    ],
    volumeRatio: 2,
    loudSeconds: 60,
    passed: ['price-crash'],
  },
  {
    id: 'pump-luma',
    story:
      'LUMA is driven up by 45 % in nine minutes on volume that two accounts make, and dropped within two',
    symbol: 'LUMAUSDT',
    at: '15:38:00',
    points: [
      [180, 1.12],
      [540, 1.45],
      [600, 1.43],
      [700, 0.84],
      [7200, 0.9],
    ],
    volumeRatio: 14,
    loudSeconds: 960,
    found: { 'pump-and-dump': [1320, 1], 'price-crash': [720, 9] },
  },
  {
    id: 'crash-btc',
    story: 'A large sale takes 9 % from BTC within 25 seconds; half of it comes back in half an hour',
    symbol: 'BTCUSDT',
    at: '16:42:05',
    points: [
      [25, 0.91],
      [40, 0.911],
      [1800, 0.955],
    ],
    volumeRatio: 4,
    loudSeconds: 120,
    found: { 'price-crash': [45, 4] },
  },
  {
    id: 'rally-doge',
    story: 'DOGE gains 12 % in ten minutes after an announcement, on six times its volume, and keeps it',
    symbol: 'DOGEUSDT',
    at: '18:05:00',
    points: [
      [600, 1.12],
      [1200, 1.115],
    ],
    volumeRatio: 8,
    loudSeconds: 900,
    passed: ['pump-and-dump'],
  },
]

/** The moves of the day, and what is to be made of them. */
export function priceMoves(day: Day): {
  readonly moves: readonly PriceMove[]
  readonly planted: readonly Planted[]
} {
  return {
    moves: moves.map(move => ({ ...move, fromMs: day.at(move.at) })),
    planted: moves.flatMap(move => plantedOf(move, day.at(move.at))),
  }
}

function plantedOf(move: Move, fromMs: number): readonly Planted[] {
  const { id, story, symbol: key, points, found = {}, passed = [] } = move
  const toMs = fromMs + settledAfter(points) * 1000
  const span = { id, story, key, fromMs, toMs }
  return [
    ...Object.entries(found).map(([rule_id, [seconds, alertsMax]]): Planted => {
      return { ...span, rule_id, alertByMs: fromMs + seconds * 1000, alertsMax }
    }),
    ...passed.map((rule_id): Planted => ({ ...span, rule_id })),
  ]
}

/** A slow return at the end does not count. */
function settledAfter(points: PriceMove['points']): number {
  return Math.max(...points.map(([seconds]) => seconds).filter(seconds => seconds <= 1200))
}
