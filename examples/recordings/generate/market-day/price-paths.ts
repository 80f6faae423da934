import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import { hourly } from '../hourly.ts'
import { marketSymbols, type MarketSymbol } from './market-symbols.ts'
import type { PriceMove } from './price-moves.ts'

const SECONDS = 24 * 3600
/** How much livelier a lively stretch is, and how often one begins and ends, by the second. */
const LIVELY = 2.2
const BEGINS = 1 / 7200
const ENDS = 1 / 1800
/** The time of day: little at night in Europe, most when Europe and America are both awake. */
const busyness = [
  0.8, 0.7, 0.6, 0.5, 0.5, 0.6, 0.8, 1, 1.1, 1.1, 1, 1, 1.1, 1.4, 1.6, 1.6, 1.5, 1.3, 1.2, 1.1, 1, 1, 0.9,
  0.9,
]

/** The price at each second of the day, by symbol. */
export type PricePaths = ReadonlyMap<string, readonly number[]>

interface PathOptions {
  readonly day: Day
  readonly seed: number
  readonly moves: readonly PriceMove[]
}

/** The prices of all symbols: random walks with lively and quiet stretches, and the moves on top of them. */
export function pricePaths(options: PathOptions): PricePaths {
  return new Map(marketSymbols.map(symbol => [symbol.symbol, pathOf(symbol, options)]))
}

function pathOf(symbol: MarketSymbol, { day, seed, moves: all }: PathOptions): readonly number[] {
  const dice = new Dice(seed, `prices ${symbol.symbol}`)
  const moves = all.filter(move => move.symbol === symbol.symbol)
  const prices: number[] = []
  const busy = hourly(day, busyness)
  const step = symbol.dailyVolatility / Math.sqrt(SECONDS)
  let walk = symbol.price
  let lively = false
  for (let second = 0; second < SECONDS; second++) {
    lively = lively ? !dice.chance(ENDS) : dice.chance(BEGINS)
    const atMs = day.startMs + second * 1000
    walk *= 1 + step * busy(atMs) * (lively ? LIVELY : 1) * dice.normal()
    prices.push(walk * moves.reduce((factor, move) => factor * factorAt(move, atMs), 1))
  }
  return prices
}

/** Straight lines between the points of a move; the last one stays. */
function factorAt({ fromMs, points }: PriceMove, atMs: number): number {
  const seconds = (atMs - fromMs) / 1000
  let before = { seconds: 0, factor: 1 }
  for (const [pointSeconds, factor] of points) {
    if (seconds < pointSeconds) {
      const part = Math.max(0, seconds - before.seconds) / (pointSeconds - before.seconds)
      return before.factor + (factor - before.factor) * part
    }
    before = { seconds: pointSeconds, factor }
  }
  return before.factor
}
