import type { LimitName, LimitReading } from '../create-admission.ts'

/** Why a request is not answered. */
export type Trouble =
  | {
      readonly kind: 'limit'
      readonly limit: LimitName
      readonly most: number
      /** Undefined: the customer is not told. */
      readonly waitMs: number | undefined
      readonly model: string
    }
  | { readonly kind: 'money' }
  | { readonly kind: 'key' }
  | { readonly kind: 'request'; readonly problem: string }
  /** Made on purpose; a code that was asked for stands where the provider has its codes. */
  | { readonly kind: 'fault'; readonly status: number; readonly code: string | null }

export interface Refusal {
  readonly status: number
  readonly body: unknown
}

export type Headers = Readonly<Record<string, string>>

/** How one provider tells its customers of limits and errors. */
export interface Provider {
  /** Whether it says in a header how long to wait. */
  readonly sendsRetryAfter: boolean
  /** The headers that tell of one limit; `epochMs` is the time on the wall. */
  limitHeaders(reading: LimitReading, epochMs: number): Headers
  refuse(trouble: Trouble): Refusal
}
