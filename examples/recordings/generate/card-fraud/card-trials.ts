import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { moments } from '../moments.ts'
import type { Customer } from './customers.ts'
import { payment } from './payment.ts'

const RULE_ID = 'card-testing'

interface Trial {
  readonly id: string
  readonly story: string
  readonly merchant: string
  readonly category: string
  readonly from: string
  readonly to: string
  readonly everySeconds: number
  readonly amounts: readonly [min: number, max: number]
  /** How many cards take part; each is tried so often as there are payments for. */
  readonly cards: number
  readonly approved: number
  readonly codes: readonly string[]
  readonly online: boolean
  readonly foundBy?: string
  readonly alertsMax?: number
}

const trials: readonly Trial[] = [
  {
    id: 'card-testing-fast',
    story: 'A hundred and sixty stolen cards are tried at a donation page within six minutes of the night',
    merchant: 'm-118',
    category: 'donation',
    from: '03:20:00',
    to: '03:26:00',
    everySeconds: 2.2,
    amounts: [0.5, 2.5],
    cards: 400,
    approved: 0.14,
    codes: ['05', '14', '54', '05'],
    online: true,
    foundBy: '03:21:00',
    alertsMax: 10,
  },
  {
    id: 'card-testing-slow',
    story: 'Another thief is patient: a card every eight seconds at a game shop, among its usual customers',
    merchant: 'm-207',
    category: 'games',
    from: '14:05:00',
    to: '14:17:00',
    everySeconds: 8,
    amounts: [0.99, 1.99],
    cards: 400,
    approved: 0.2,
    codes: ['05', '14', '41', '54'],
    online: true,
    foundBy: '14:07:30',
    alertsMax: 13,
  },
  {
    id: 'parking-outage',
    story:
      'The issuer cannot be reached from a car park: twenty drivers try again and again with their own cards',
    merchant: 'm-310',
    category: 'parking',
    from: '17:40:00',
    to: '17:52:00',
    everySeconds: 4,
    amounts: [2, 4.8],
    cards: 20,
    approved: 0.06,
    codes: ['91'],
    online: false,
  },
]

/** Small payments that are declined, of stolen cards and of an outage. */
export function cardTrials(
  day: Day,
  seed: number,
  all: readonly Customer[],
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  return {
    emissions: trials.flatMap(trial => paymentsOf(trial, day, { dice: new Dice(seed, trial.id), all })),
    planted: trials.map(({ id, story, merchant, from, to, foundBy, alertsMax }): Planted => {
      const span = { fromMs: day.at(from), toMs: day.at(to) }
      const found = foundBy !== undefined && { alertByMs: day.at(foundBy) }
      const many = alertsMax !== undefined && { alertsMax }
      return { id, story, rule_id: RULE_ID, key: merchant, ...span, ...found, ...many }
    }),
  }
}

function paymentsOf(
  trial: Trial,
  day: Day,
  { dice, all }: { readonly dice: Dice; readonly all: readonly Customer[] },
): readonly Emission[] {
  const { merchant, category, from, to, everySeconds, amounts, cards, approved, codes, online } = trial
  const first = dice.whole(0, all.length - cards)
  const tried = all.slice(first, first + cards)
  return moments(dice, { fromMs: day.at(from), toMs: day.at(to), everySeconds }).map((atMs, index) => {
    // Stolen cards come one after the other; the few of a car park come at random.
    const { card, home } =
      cards > 100 ? (tried[index % cards] ?? dice.pick(tried)) : dice.pick(tried.slice(...waiting(index)))
    const country = online ? 'US' : home
    return payment({
      atMs,
      card,
      merchant,
      category,
      amount: dice.between(...amounts),
      country,
      home,
      cardPresent: !online,
      ...(online && { knownDevice: false }),
      code: dice.chance(approved) ? '00' : dice.pick(codes),
    })
  })
}

/** Four drivers stand at the machines; one of them gives up after a while, and the next one comes. */
function waiting(index: number): [from: number, to: number] {
  const from = Math.min(16, Math.floor(index / 11))
  return [from, from + 4]
}
