import type { QuotaLimits } from '../../operators/gateway/quota.ts'

/** A model without limits: tests add those that they are about. */
export const noLimits: QuotaLimits = {
  requests_per_minute: null,
  tokens_per_minute: null,
  input_tokens_per_minute: null,
  output_tokens_per_minute: null,
  requests_per_day: null,
  tokens_per_day: null,
  concurrency: null,
}
