import type { Emission } from '../generated-day.ts'

export interface Payment {
  readonly atMs: number
  readonly card: string
  readonly merchant: string
  readonly category: string
  readonly amount: number
  /** Where it is paid, and where the holder lives. */
  readonly country: string
  readonly home: string
  /** The card itself was there; else it was typed in. */
  readonly cardPresent: boolean
  /** For a typed one: whether the holder has paid from this device before. */
  readonly knownDevice?: boolean
  /** What the issuer said: `00` is yes. */
  readonly code: string
  readonly recurring?: boolean
}

/** A payment as the issuer reports it. */
export function payment(paid: Payment): Emission {
  const approved = paid.code === '00'
  return {
    topic: 'payments',
    key: paid.card,
    atMs: paid.atMs,
    id: { series: 'pay' },
    type: approved ? 'payment.authorized' : 'payment.declined',
    source: 'issuer',
    data: {
      card: paid.card,
      merchant: paid.merchant,
      category: paid.category,
      amount: Number(paid.amount.toFixed(2)),
      country: paid.country,
      home_country: paid.home,
      card_present: paid.cardPresent,
      ...(paid.knownDevice !== undefined && { known_device: paid.knownDevice }),
      approved,
      code: paid.code,
      ...(paid.recurring === true && { recurring: true }),
    },
  }
}
