import type { Emission } from '../generated-day.ts'

export interface AccountEvent {
  readonly atMs: number
  readonly type: 'login' | 'password_changed' | 'address_changed' | 'payout_changed'
  readonly account: string
  readonly country: string
  readonly home: string
  readonly knownDevice: boolean
}

/** What happens to an account, as the bank's website reports it. */
export function accountEvent({ atMs, type, account, country, home, knownDevice }: AccountEvent): Emission {
  return {
    topic: 'accounts',
    key: account,
    atMs,
    id: { series: 'acc' },
    type: `account.${type}`,
    source: 'website',
    data: { account, country, home_country: home, known_device: knownDevice },
  }
}
