import type { RemoteModelConfig } from '../../schemas/model-config.ts'
import type { ModelTerms } from './model-document.ts'

/** Picks them out of a configuration, which also holds a key. */
export function modelTerms(model: RemoteModelConfig): ModelTerms {
  return {
    limits: model.limits,
    price: model.price ?? null,
    max_retries: model.max_retries,
    base_retry_delay_seconds: model.base_retry_delay_seconds,
    max_retry_delay_seconds: model.max_retry_delay_seconds,
    fallback_after_seconds: model.fallback_after_seconds,
  }
}
