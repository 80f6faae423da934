import type { RemoteModelConfig } from '../../schemas/model-config.ts'
import type { OpenaiModelOptions } from './openai-model.ts'

/** A model as it is configured, with secrets as their values. */
export function openaiOptionsOf({
  base_url: baseUrl,
  api_key: apiKey,
  model,
  timeout_seconds: seconds,
}: RemoteModelConfig): OpenaiModelOptions {
  return { baseUrl, apiKey, model, timeoutMs: seconds * 1000 }
}
