import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { moments } from '../moments.ts'

const RULE_ID = 'wash-trading'
const EVERY_SECONDS = 180

/** Of whom the surveillance sees the fills. */
const accounts = ['a-112', 'a-118', 'a-240', 'a-377', 'a-402', 'a-519', 'a-655', 'a-820'] as const
const instruments = [
  { instrument: 'BTCUSDT', price: 91_200, lot: 0.4 },
  { instrument: 'ETHUSDT', price: 3062, lot: 12 },
  { instrument: 'SOLUSDT', price: 138, lot: 250 },
  { instrument: 'LUMAUSDT', price: 0.3271, lot: 4000 },
] as const

const washers = ['a-701', 'a-702'] as const
const WASH_LOT = 25_000

/** Who bought and sold: investors, a market maker, and two accounts that trade with each other. */
export function accountFills(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const washed = { fromMs: day.at('15:34:00'), toMs: day.at('15:50:00') }
  const made = { fromMs: day.at('11:00:00'), toMs: day.at('12:00:00') }
  return {
    emissions: [
      ...investors(day, new Dice(seed, 'investors')),
      ...marketMaker(made, new Dice(seed, 'market maker')),
      ...washTrades(washed, new Dice(seed, 'wash trades')),
    ],
    planted: [
      ...washers.map(account => ({
        id: `wash-${account}`,
        story: `${account} sells LUMA to the other account and buys it back at the same price, for a quarter of an hour`,
        rule_id: RULE_ID,
        key: keyOf(account, 'LUMAUSDT'),
        ...washed,
        alertByMs: day.at('15:41:00'),
        alertsMax: 5,
      })),
      {
        id: 'market-maker',
        story:
          'A market maker buys and sells BTC all the time; its position goes up and down by what it takes from others',
        rule_id: RULE_ID,
        key: keyOf('mm-1', 'BTCUSDT'),
        ...made,
      },
    ],
  }
}

function keyOf(account: string, instrument: string): string {
  return JSON.stringify([account, instrument])
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

function investors(day: Day, dice: Dice): readonly Emission[] {
  const positions = new Map<string, number>()
  const span = { fromMs: day.startMs, toMs: day.endMs, everySeconds: EVERY_SECONDS, jitter: 0.9 }
  return moments(dice, span).map(atMs => {
    const account = dice.pick(accounts)
    const { instrument, price: usual, lot } = dice.pick(instruments)
    const position = positions.get(keyOf(account, instrument)) ?? 20 * lot
    const quantity = Number((lot * dice.between(0.2, 3)).toPrecision(3))
    // Nobody sells what he has not.
    const side = position > quantity && dice.chance(0.45) ? 'sell' : 'buy'
    const after = Number((side === 'sell' ? position - quantity : position + quantity).toPrecision(6))
    positions.set(keyOf(account, instrument), after)
    const price = Number((usual * (1 + 0.015 * dice.normal())).toPrecision(6))
    return fill({ atMs, account, instrument, side, quantity, price, position: after })
  })
}

function marketMaker(span: Span, dice: Dice): readonly Emission[] {
  let position = 12
  let middle = 91_400
  return moments(dice, { ...span, everySeconds: 17 }).map(atMs => {
    // Others come to buy for a while, then to sell.
    const selling = Math.floor((atMs - span.fromMs) / 400_000) % 2 === 0
    const side = dice.chance(0.78) === selling ? 'sell' : 'buy'
    const quantity = Number(dice.between(0.1, 0.8).toFixed(2))
    position = Number((position + (side === 'buy' ? quantity : -quantity)).toFixed(2))
    middle *= 1 + 0.0002 * dice.normal()
    const price = Number((middle * (side === 'buy' ? 0.9992 : 1.0008)).toFixed(2))
    return fill({ atMs, account: 'mm-1', instrument: 'BTCUSDT', side, quantity, price, position })
  })
}

function washTrades(span: Span, dice: Dice): readonly Emission[] {
  const [first, second] = washers
  let price = 0.33
  return moments(dice, { ...span, everySeconds: 12, jitter: 0.4 }).flatMap((atMs, index) => {
    price *= 1.004
    const lot = { instrument: 'LUMAUSDT', quantity: WASH_LOT, price: Number(price.toFixed(5)) }
    // What one sells now it buys back next time.
    const [seller, buyer] = index % 2 === 0 ? [first, second] : [second, first]
    return [
      fill({ ...lot, atMs, account: seller, side: 'sell', position: 0 }),
      fill({ ...lot, atMs: atMs + 1, account: buyer, side: 'buy', position: WASH_LOT }),
    ]
  })
}

interface Fill {
  readonly atMs: number
  readonly account: string
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  readonly quantity: number
  readonly price: number
  /** What the account holds afterwards. */
  readonly position: number
}

function fill({ atMs, account, instrument, side, quantity, price, position }: Fill): Emission {
  return {
    topic: 'fills',
    key: account,
    atMs,
    id: { series: 'fill' },
    type: `fill.${side}`,
    source: 'surveillance',
    data: { account, instrument, quantity, price, position },
  }
}
