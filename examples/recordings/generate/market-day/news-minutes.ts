import type { Day } from '../day.ts'
import type { Planted } from '../generated-day.ts'
import type { BusyStretch, Halt } from './price-updates.ts'
import type { PriceMove } from './price-moves.ts'

export interface NewsMinutes {
  readonly moves: readonly PriceMove[]
  readonly busy: readonly BusyStretch[]
  readonly halts: readonly Halt[]
  readonly planted: readonly Planted[]
}

const VOLUME_RATIO = 3

/** Three minutes around a news release, in which everything comes at once and each second counts: the demo shows them. */
export function newsMinutes(day: Day): NewsMinutes {
  const { moves, planted } = movesOf(day)
  const fromMs = day.at('13:30:00')
  return {
    moves,
    planted,
    busy: [{ symbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'], fromMs, toMs: day.at('13:33:01') }],
    halts: [{ symbol: 'SOLUSDT', fromMs: day.at('13:32:13'), toMs: day.at('13:32:43') }],
  }
}

function movesOf(day: Day): Pick<NewsMinutes, 'moves' | 'planted'> {
  const move = (symbol: string, at: string, points: PriceMove['points']): PriceMove => {
    return { symbol, fromMs: day.at(at), points, volumeRatio: VOLUME_RATIO, loudSeconds: 180 }
  }
  const jump = move('SOLUSDT', '13:30:35', [
    [1, 1.035],
    [2, 1.001],
  ])
  const crashEth = move('ETHUSDT', '13:31:19', [
    [13, 0.89],
    [5400, 0.94],
  ])
  const crashSol = move('SOLUSDT', '13:32:03', [
    [10, 0.9],
    [3600, 0.95],
  ])
  const dip = move('BTCUSDT', '13:32:28', [
    [12, 0.964],
    [900, 0.99],
  ])
  const crash = { rule_id: 'price-crash', alertsMax: 2 }
  return {
    moves: [jump, crashEth, crashSol, dip],
    planted: [
      {
        id: 'news-crash-eth',
        story: 'ETH loses 11 % within 13 seconds, and most of it stays lost',
        key: 'ETHUSDT',
        fromMs: crashEth.fromMs,
        toMs: day.at('13:31:32'),
        alertByMs: day.at('13:31:36'),
        ...crash,
      },
      {
        id: 'news-crash-sol',
        story: 'SOL loses 10 % within ten seconds, and the exchange halts it for half a minute',
        key: 'SOLUSDT',
        fromMs: crashSol.fromMs,
        toMs: day.at('13:32:43'),
        alertByMs: day.at('13:32:45'),
        ...crash,
      },
      {
        id: 'news-dip-btc',
        story: 'BTC loses 3.6 % within 12 seconds, and no more: too little to be sure',
        rule_id: 'price-crash',
        key: 'BTCUSDT',
        fromMs: dip.fromMs,
        toMs: day.at('13:33:20'),
      },
    ],
  }
}
