import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission } from '../generated-day.ts'
import { marketSymbols, type MarketSymbol } from './market-symbols.ts'
import type { PriceMove } from './price-moves.ts'
import type { PricePaths } from './price-paths.ts'

export interface PriceCandlesOptions {
  readonly day: Day
  readonly seed: number
  readonly moves: readonly PriceMove[]
  readonly paths: PricePaths
}

const CANDLE_SECONDS = 60
/** Large symbols are not watched for what a few accounts can do. */
const watched = ['DOGEUSDT', 'PEPPUSDT', 'LUMAUSDT']

/** What each minute was of the smaller symbols: first, highest, lowest and last price, and the volume against the usual one. */
export function priceCandles(options: PriceCandlesOptions): readonly Emission[] {
  return marketSymbols
    .filter(({ symbol }) => watched.includes(symbol))
    .flatMap(symbol => candlesOf(symbol, options))
}

function candlesOf(
  symbol: MarketSymbol,
  { day, seed, moves: all, paths }: PriceCandlesOptions,
): readonly Emission[] {
  const dice = new Dice(seed, `candles ${symbol.symbol}`)
  const path = paths.get(symbol.symbol) ?? []
  const moves = all.filter(move => move.symbol === symbol.symbol)
  // The last minute is told on the next day.
  return Array.from({ length: path.length / CANDLE_SECONDS - 1 }, (_, minute) => {
    const from = minute * CANDLE_SECONDS
    const endMs = day.startMs + (from + CANDLE_SECONDS) * 1000
    const volumeRatio = volumeAt(moves, endMs) * dice.between(0.6, 1.4)
    const prices = path.slice(from, from + CANDLE_SECONDS)
    return candleOf(symbol, { atMs: endMs + dice.whole(20, 90), prices, volumeRatio })
  })
}

function volumeAt(moves: readonly PriceMove[], endMs: number): number {
  const running = moves.filter(
    ({ fromMs, loudSeconds }) => fromMs < endMs && endMs <= fromMs + loudSeconds * 1000,
  )
  return Math.max(1, ...running.map(({ volumeRatio }) => volumeRatio))
}

interface Candle {
  readonly atMs: number
  readonly prices: readonly number[]
  readonly volumeRatio: number
}

function candleOf({ symbol, decimals }: MarketSymbol, { atMs, prices, volumeRatio }: Candle): Emission {
  const round = (price = 0) => Number(price.toFixed(decimals))
  return {
    topic: 'candles',
    key: symbol,
    atMs,
    id: { series: `candle-${symbol.slice(0, -'USDT'.length).toLowerCase()}` },
    type: 'candle.closed',
    source: 'exchange-a',
    data: {
      symbol,
      open: round(prices[0]),
      high: round(Math.max(...prices)),
      low: round(Math.min(...prices)),
      close: round(prices.at(-1)),
      volume_ratio: Number(volumeRatio.toFixed(1)),
    },
  }
}
