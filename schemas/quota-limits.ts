/** The limits of a model, by the names that they have in the configuration and in metrics. */
export const quotaLimitNames = [
  'requests_per_minute',
  'tokens_per_minute',
  'input_tokens_per_minute',
  'output_tokens_per_minute',
  'requests_per_day',
  'tokens_per_day',
  'concurrency',
] as const

export type QuotaLimitName = (typeof quotaLimitNames)[number]

/** What the headers of an answer say of one limit; null where they say nothing, or nothing sensible. */
export interface ProviderLimit {
  readonly limit: number
  readonly remaining: number | null
  /** How long until all of it is there again, in milliseconds. */
  readonly resetMs: number | null
}

/** The limits that the headers of an answer name. */
export type ProviderLimits = Readonly<Partial<Record<QuotaLimitName, ProviderLimit>>>
