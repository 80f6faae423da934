import type { QuotaLimits } from '../../operators/gateway/quota.ts'
import type { RemoteModelConfig } from '../../schemas/model-config.ts'

/** The limits of a model without what is no limit. */
export function quotaLimitsOf({ limits }: Pick<RemoteModelConfig, 'limits'>): QuotaLimits {
  const { jitter_seconds: _jitterSeconds, ...quotaLimits } = limits
  return quotaLimits
}
