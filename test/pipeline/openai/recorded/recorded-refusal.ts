import type { FailureCode } from '../../../../schemas/failure.ts'
import type { ProviderLimits, QuotaLimitName } from '../../../../schemas/quota-limits.ts'

/** An answer in the shape that a provider documents or was seen to send, and what is to be made of it. */
export interface RecordedRefusal {
  readonly name: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  /** Absent where the address does not matter. */
  readonly baseUrl?: string
  readonly expected: {
    readonly code: FailureCode
    readonly retryAfterMs?: number
    readonly limitHit?: QuotaLimitName
    readonly limits?: ProviderLimits
  }
}

/** When they are read. */
export const RECORDED_AT_MS = Date.parse('2026-11-20T10:00:00Z')
