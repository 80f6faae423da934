import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission } from '../generated-day.ts'
import { marketSymbols, type MarketSymbol } from './market-symbols.ts'
import type { PricePaths } from './price-paths.ts'

/** A stretch in which the exchange sends an update of these symbols each second. */
export interface BusyStretch {
  readonly symbols: readonly string[]
  readonly fromMs: number
  readonly toMs: number
}

/** A stretch in which a symbol is not traded. */
export interface Halt {
  readonly symbol: string
  readonly fromMs: number
  readonly toMs: number
}

export interface PriceUpdatesOptions {
  readonly day: Day
  readonly seed: number
  readonly paths: PricePaths
  readonly busy: readonly BusyStretch[]
  readonly halts: readonly Halt[]
}

/** The change is told against the price of so long before. */
const CHANGE_SECONDS = 15
/** A price that has moved by so much since the last update is sent at once. */
const SENT_AT_ONCE = 0.004

/** The price updates of all symbols: one in a while, and one each second while a price moves. */
export function priceUpdates(options: PriceUpdatesOptions): readonly Emission[] {
  return marketSymbols.flatMap(symbol => updatesOf(symbol, options))
}

function updatesOf(symbol: MarketSymbol, options: PriceUpdatesOptions): readonly Emission[] {
  const { day, seed, paths } = options
  const dice = new Dice(seed, `updates ${symbol.symbol}`)
  const path = paths.get(symbol.symbol) ?? []
  const stretches = options.busy.filter(({ symbols }) => symbols.includes(symbol.symbol))
  const halts = options.halts.filter(halt => halt.symbol === symbol.symbol)
  const updates: Emission[] = []
  let sent = symbol.price
  let dueMs = day.startMs + Math.round(dice.between(0, symbol.everySeconds) * 1000)
  path.forEach((price, second) => {
    const secondMs = day.startMs + second * 1000
    if (halts.some(halt => within(halt, secondMs))) return
    const eachSecond = stretches.some(stretch => within(stretch, secondMs))
    const moved = Math.abs(price / sent - 1) > SENT_AT_ONCE
    if (!eachSecond && !moved && secondMs < dueMs) return
    sent = price
    const atMs = secondMs + dice.whole(100, 220)
    dueMs = atMs + Math.round(symbol.everySeconds * dice.between(0.5, 1.5) * 1000)
    const before = path[Math.max(0, second - CHANGE_SECONDS)] ?? price
    updates.push(updateOf(symbol, { atMs, price, change: price / before - 1 }))
  })
  return updates
}

function within({ fromMs, toMs }: Pick<Halt, 'fromMs' | 'toMs'>, atMs: number): boolean {
  return fromMs <= atMs && atMs < toMs
}

interface Update {
  readonly atMs: number
  readonly price: number
  readonly change: number
}

function updateOf({ symbol, decimals }: MarketSymbol, { atMs, price, change }: Update): Emission {
  return {
    topic: 'signals',
    key: symbol,
    atMs,
    id: { series: `px-${symbol.slice(0, -'USDT'.length).toLowerCase()}` },
    type: 'price.update',
    source: 'exchange-a',
    data: {
      symbol,
      price: Number(price.toFixed(decimals)),
      change_rate: Number(change.toFixed(4)),
    },
  }
}
