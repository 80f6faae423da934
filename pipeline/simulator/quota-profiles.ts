const noQuota = {
  concurrencyMax: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  tokenCharge: 'estimate',
  quotaWindow: 'sliding',
  quotaSpanMs: null,
  refusalsCount: false,
} as const

const requests = { ...noQuota, requestsPerMinute: 600 } as const
const tokens = { ...noQuota, tokensPerMinute: 60_000 } as const

/** The kinds of server that clients are measured against. Each sets all that concerns quotas. */
export const quotaProfiles = {
  P1: { ...requests, quotaWindow: 'fixed' },
  P2: requests,
  P3: { ...requests, refusalsCount: true },
  P4: { ...requests, quotaWindow: 'bucket' },
  P5: { ...requests, quotaWindow: 'bucket', quotaSpanMs: 10_000 },
  P6: { ...requests, quotaWindow: 'bucket', quotaSpanMs: 1000 },
  P7: tokens,
  P8: { ...tokens, tokenCharge: 'settle' },
  P9: { ...noQuota, concurrencyMax: 64 },
} as const

export type QuotaProfileName = keyof typeof quotaProfiles
