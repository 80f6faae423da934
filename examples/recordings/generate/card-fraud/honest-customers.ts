import type { Day } from '../day.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { accountEvent } from './account-event.ts'
import type { Customer } from './customers.ts'
import { payment, type Payment } from './payment.ts'

const TRAVELLER = 860
const MOVER = 1525
const TRAVELS_TO = 'PT'

/** What the traveller pays on his way; with the card in hand but for one ticket, which he buys with his own phone. */
const journey: readonly (Pick<Payment, 'merchant' | 'category' | 'amount' | 'cardPresent'> & {
  readonly at: string
})[] = [
  { at: '08:40:12', merchant: 'm-971', category: 'rental car', amount: 241.5, cardPresent: true },
  { at: '08:52:47', merchant: 'm-972', category: 'restaurant', amount: 14.2, cardPresent: true },
  { at: '09:03:30', merchant: 'm-973', category: 'hotel', amount: 378, cardPresent: true },
  { at: '09:10:05', merchant: 'm-974', category: 'tickets', amount: 128, cardPresent: false },
  { at: '13:20:41', merchant: 'm-975', category: 'restaurant', amount: 46.8, cardPresent: true },
  { at: '19:45:09', merchant: 'm-976', category: 'clothing', amount: 189.9, cardPresent: true },
]

/** Two customers that look like thieves and are none: one is on a journey, one has a new phone and a new address. */
export function honestCustomers(
  day: Day,
  all: readonly Customer[],
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const [traveller, mover] = [all[TRAVELLER], all[MOVER]]
  if (traveller === undefined || mover === undefined) return { emissions: [], planted: [] }
  return {
    emissions: [...journeyOf(traveller, day), ...moveOf(mover, day)],
    planted: [
      {
        id: 'traveller-card',
        story: `${traveller.account} hires a car, pays a hotel and buys tickets in ${TRAVELS_TO} within half an hour`,
        rule_id: 'stolen-card',
        key: traveller.card,
        fromMs: day.at('08:40:00'),
        toMs: day.at('09:11:00'),
      },
      {
        id: 'traveller-login',
        story: `${traveller.account} logs in from ${TRAVELS_TO} and changes the password, with the usual phone`,
        rule_id: 'account-takeover',
        key: traveller.account,
        fromMs: day.at('09:30:00'),
        toMs: day.at('09:33:00'),
      },
      {
        id: 'new-phone',
        story: `${mover.account} has a new phone, and changes password and address with it, at home`,
        rule_id: 'account-takeover',
        key: mover.account,
        fromMs: day.at('18:02:00'),
        toMs: day.at('18:06:00'),
      },
    ],
  }
}

function journeyOf({ account, card, home }: Customer, day: Day): readonly Emission[] {
  const abroad = { country: TRAVELS_TO, home }
  const online = { ...abroad, account, knownDevice: true }
  return [
    ...journey.map(({ at, cardPresent, ...paid }) =>
      payment({
        ...paid,
        ...abroad,
        card,
        cardPresent,
        atMs: day.at(at),
        ...(!cardPresent && { knownDevice: true }),
        code: '00',
      }),
    ),
    accountEvent({ ...online, type: 'login', atMs: day.at('09:30:10') }),
    accountEvent({ ...online, type: 'password_changed', atMs: day.at('09:32:25') }),
  ]
}

function moveOf({ account, home }: Customer, day: Day): readonly Emission[] {
  const at = { account, country: home, home, knownDevice: false }
  return [
    accountEvent({ ...at, type: 'login', atMs: day.at('18:02:31') }),
    accountEvent({ ...at, type: 'password_changed', atMs: day.at('18:03:40') }),
    accountEvent({ ...at, type: 'address_changed', atMs: day.at('18:05:12') }),
  ]
}
