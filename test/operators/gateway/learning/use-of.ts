import type { QuotaUse } from '../../../../operators/gateway/quota.ts'

/** What is charged in the windows of a quota: nothing, but what is named. */
export function useOf(used: Partial<QuotaUse>): QuotaUse {
  return {
    requests_per_minute: 0,
    tokens_per_minute: 0,
    input_tokens_per_minute: 0,
    output_tokens_per_minute: 0,
    requests_per_day: 0,
    tokens_per_day: 0,
    concurrency: 0,
    ...used,
  }
}
