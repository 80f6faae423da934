import type { Day } from '../day.ts'
import type { Emission, Planted } from '../generated-day.ts'
import type { Customer } from './customers.ts'
import { accountEvent } from './account-event.ts'
import { payment } from './payment.ts'

const SECOND_MS = 1000

interface Takeover {
  /** Which of the customers it meets. */
  readonly victim: number
  readonly at: string
  readonly country: string
  readonly amounts: readonly number[]
}

const takeovers: readonly Takeover[] = [
  { victim: 211, at: '02:14:20', country: 'NG', amounts: [489, 612.4, 350] },
  { victim: 1377, at: '10:51:05', country: 'US', amounts: [899, 899, 1240.5] },
  { victim: 2018, at: '21:33:40', country: 'VN', amounts: [275.9, 430, 512] },
]

/** Accounts that somebody else takes over: a login from far away, the owner locked out, the money sent elsewhere, and the card used up. */
export function accountTakeovers(
  day: Day,
  all: readonly Customer[],
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const parts = takeovers.flatMap(takeover => {
    const customer = all[takeover.victim]
    return customer === undefined ? [] : [partsOf(takeover, customer, day)]
  })
  return {
    emissions: parts.flatMap(({ emissions }) => emissions),
    planted: parts.flatMap(({ planted }) => planted),
  }
}

function partsOf(
  { at, country, amounts }: Takeover,
  { account, card, home }: Customer,
  day: Day,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const fromMs = day.at(at)
  const after = (seconds: number) => fromMs + seconds * SECOND_MS
  const stranger = { account, country, home, knownDevice: false }
  const paid = { card, merchant: 'm-944', category: 'electronics', country, home, cardPresent: false }
  const paidFromMs = after(240)
  return {
    emissions: [
      accountEvent({ ...stranger, type: 'login', atMs: fromMs }),
      accountEvent({ ...stranger, type: 'password_changed', atMs: after(41) }),
      accountEvent({ ...stranger, type: 'payout_changed', atMs: after(97) }),
      ...amounts.map((amount, index) =>
        payment({
          ...paid,
          atMs: paidFromMs + index * 75 * SECOND_MS,
          amount,
          knownDevice: false,
          code: '00',
        }),
      ),
    ],
    planted: [
      {
        id: `takeover-${account}`,
        story: `${account} is logged into from ${country}; password and payout change within two minutes`,
        rule_id: 'account-takeover',
        key: account,
        fromMs,
        toMs: after(97),
        alertByMs: after(602),
      },
      {
        id: `takeover-${account}-card`,
        story: `The card of ${account} pays for electronics in ${country}, three times within three minutes`,
        rule_id: 'stolen-card',
        key: card,
        fromMs: paidFromMs,
        toMs: after(390),
        alertByMs: after(392),
      },
    ],
  }
}
