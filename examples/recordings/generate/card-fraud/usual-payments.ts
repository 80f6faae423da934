import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission } from '../generated-day.ts'
import { hourly } from '../hourly.ts'
import { moments } from '../moments.ts'
import type { Customer } from './customers.ts'
import { payment } from './payment.ts'

const EVERY_SECONDS = 9.5
const busyness = [
  0.2, 0.1, 0.05, 0.05, 0.1, 0.3, 0.6, 0.9, 1, 1.1, 1.3, 1.5, 1.7, 1.5, 1.4, 1.4, 1.5, 1.7, 1.8, 1.6, 1.2,
  0.9, 0.6, 0.4,
]

interface Category {
  readonly category: string
  readonly amounts: readonly [min: number, max: number]
  /** How many shops there are, and the number of the first. */
  readonly shops: number
  readonly first: number
  readonly online: boolean
  readonly recurring?: boolean
}

/** A category that stands here twice is paid for twice as often. */
const categories: readonly Category[] = [
  { category: 'grocery', amounts: [6, 95], shops: 40, first: 400, online: false },
  { category: 'grocery', amounts: [6, 95], shops: 40, first: 400, online: false },
  { category: 'coffee', amounts: [2.4, 9], shops: 30, first: 500, online: false },
  { category: 'fuel', amounts: [25, 95], shops: 20, first: 540, online: false },
  { category: 'clothing', amounts: [15, 160], shops: 25, first: 560, online: true },
  { category: 'electronics', amounts: [20, 420], shops: 12, first: 590, online: true },
  { category: 'streaming', amounts: [3.99, 14.99], shops: 6, first: 610, online: true, recurring: true },
  { category: 'restaurant', amounts: [12, 85], shops: 35, first: 620, online: false },
]
const abroad = ['GB', 'IE', 'US'] as const

/** What customers pay all day: mostly at home, sometimes in a shop abroad that they know, and now and then without the money for it. */
export function usualPayments(day: Day, seed: number, all: readonly Customer[]): readonly Emission[] {
  const dice = new Dice(seed, 'usual payments')
  const busy = hourly(day, busyness)
  const span = { fromMs: day.startMs, toMs: day.endMs, jitter: 0.9 }
  return moments(dice, { ...span, everySeconds: atMs => EVERY_SECONDS / busy(atMs) }).map(atMs => {
    const customer = dice.pick(all)
    const { category, amounts, shops, first, online, recurring = false } = dice.pick(categories)
    const [min, max] = amounts
    return payment({
      atMs,
      card: customer.card,
      merchant: `m-${first + dice.whole(0, shops - 1)}`,
      category,
      // The product makes small amounts more frequent than large ones.
      amount: min + (max - min) * dice.between(0, 1) * dice.between(0, 1) * Math.min(1, customer.spending),
      country: online && dice.chance(0.08) ? dice.pick(abroad) : customer.home,
      home: customer.home,
      cardPresent: !online,
      ...(online && { knownDevice: dice.chance(0.97) }),
      code: dice.chance(0.02) ? dice.pick(['51', '54', '05']) : '00',
      recurring,
    })
  })
}
