/** Which of the parameters that providers disagree on a request carries. */
export interface RequestDialect {
  readonly outputLimit: 'max_tokens' | 'max_completion_tokens'
  readonly responseFormat: 'json_schema' | 'json_object'
  readonly temperature: boolean
  /** How often it was changed after a refusal. */
  readonly adaptations: number
}

/** A provider that still refuses after so many changes refuses something else. */
export const ADAPTATIONS_MAX = 3

/**
 * What an endpoint is asked with at first. llama.cpp, Ollama, vLLM, DeepSeek and most others know `max_tokens`; OpenAI
 * and Azure refuse it for their newer models and take `max_completion_tokens` for all. DeepSeek has no `json_schema`.
 */
export function dialectOf(baseUrl: string): RequestDialect {
  const { hostname } = new URL(baseUrl)
  const openai = hostname === 'api.openai.com' || hostname.endsWith('.openai.azure.com')
  return {
    outputLimit: openai ? 'max_completion_tokens' : 'max_tokens',
    responseFormat: hostname === 'api.deepseek.com' ? 'json_object' : 'json_schema',
    temperature: true,
    adaptations: 0,
  }
}
