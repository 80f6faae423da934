/** A symbol as the exchange lists it. */
export interface MarketSymbol {
  readonly symbol: string
  readonly price: number
  readonly decimals: number
  /** How far the price wanders in a day, as a part of it. */
  readonly dailyVolatility: number
  /** Between two updates while nothing happens. */
  readonly everySeconds: number
}

/** The symbols of the market day: three that everybody trades, two smaller ones, and two that hardly anybody does. */
export const marketSymbols: readonly MarketSymbol[] = [
  { symbol: 'BTCUSDT', price: 91_200, decimals: 2, dailyVolatility: 0.025, everySeconds: 50 },
  { symbol: 'ETHUSDT', price: 3062, decimals: 2, dailyVolatility: 0.03, everySeconds: 60 },
  { symbol: 'SOLUSDT', price: 138, decimals: 3, dailyVolatility: 0.04, everySeconds: 75 },
  { symbol: 'XRPUSDT', price: 2.14, decimals: 4, dailyVolatility: 0.04, everySeconds: 90 },
  { symbol: 'DOGEUSDT', price: 0.1544, decimals: 5, dailyVolatility: 0.05, everySeconds: 90 },
  { symbol: 'PEPPUSDT', price: 0.0418, decimals: 5, dailyVolatility: 0.06, everySeconds: 120 },
  { symbol: 'LUMAUSDT', price: 0.3271, decimals: 5, dailyVolatility: 0.06, everySeconds: 120 },
]
