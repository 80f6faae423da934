import { dayOf } from '../day.ts'
import type { GeneratedDay } from '../generated-day.ts'
import { cardTrials } from './card-trials.ts'
import { customers } from './customers.ts'
import { honestCustomers } from './honest-customers.ts'
import { accountTakeovers } from './account-takeovers.ts'
import { usualLogins } from './usual-logins.ts'
import { usualPayments } from './usual-payments.ts'

/** A Saturday of a card issuer: payments and logins, with stolen cards, accounts taken over, and what only looks like it. */
export function cardFraud(seed: number): GeneratedDay {
  const day = dayOf('2026-11-14')
  const all = customers(seed)
  const trials = cardTrials(day, seed, all)
  const takeovers = accountTakeovers(day, all)
  const honest = honestCustomers(day, all)
  const usual = [usualPayments(day, seed, all), usualLogins(day, seed, all)]
  return {
    name: 'card-fraud',
    fromMs: day.startMs,
    toMs: day.endMs,
    partitions: { payments: 3, accounts: 2 },
    emissions: [...usual, ...[trials, takeovers, honest].map(({ emissions }) => emissions)].flat(),
    planted: [trials, takeovers, honest].flatMap(({ planted }) => planted),
  }
}
