import type { CallTerms } from '../../operators/gateway/model-gate.ts'
import type { RemoteModelConfig } from '../../schemas/model-config.ts'

/** How calls to a model are made, in the units of the gateway. */
export function callTermsOf(model: RemoteModelConfig): CallTerms {
  const { price } = model
  return {
    fallbackAfterMs: model.fallback_after_seconds * 1000,
    price: price
      ? { inputUsdPerMillion: price.input_usd_per_million, outputUsdPerMillion: price.output_usd_per_million }
      : null,
    retry: {
      retriesMax: model.max_retries,
      baseDelayMs: model.base_retry_delay_seconds * 1000,
      delayMsMax: model.max_retry_delay_seconds * 1000,
    },
  }
}
