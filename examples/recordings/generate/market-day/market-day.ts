import { dayOf } from '../day.ts'
import type { GeneratedDay } from '../generated-day.ts'
import { accountFills } from './account-fills.ts'
import { newsMinutes } from './news-minutes.ts'
import { orderFills } from './order-fills.ts'
import { platformMetrics } from './platform-metrics.ts'
import { priceCandles } from './price-candles.ts'
import { priceMoves } from './price-moves.ts'
import { pricePaths } from './price-paths.ts'
import { priceUpdates } from './price-updates.ts'
import { tradeSignals } from './trade-signals.ts'

/** A Friday at an exchange: prices, signals, fills and the load of its hosts, with crashes, a pump, sprees and what only looks like them. */
export function marketDay(seed: number): GeneratedDay {
  const day = dayOf('2026-11-20')
  const large = priceMoves(day)
  const news = newsMinutes(day)
  const signals = tradeSignals(day, seed)
  const metrics = platformMetrics(day, seed)
  const orders = orderFills(day, seed)
  const accounts = accountFills(day, seed)
  const moves = [...large.moves, ...news.moves]
  const paths = pricePaths({ day, seed, moves })
  const prices = priceUpdates({ ...news, day, seed, paths })
  const candles = priceCandles({ day, seed, moves, paths })
  return {
    name: 'market-day',
    fromMs: day.startMs,
    toMs: day.endMs,
    partitions: { signals: 2, candles: 1, fills: 2 },
    emissions: [
      ...prices,
      ...candles,
      ...[signals, metrics, orders, accounts].flatMap(({ emissions }) => emissions),
    ],
    planted: [large, news, signals, metrics, orders, accounts].flatMap(({ planted }) => planted),
  }
}
