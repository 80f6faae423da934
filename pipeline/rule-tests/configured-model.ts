import type { AskModel } from '../../operators/asking/model.ts'
import type { Config } from '../../schemas/config.ts'
import type { Rule } from '../../schemas/rule.ts'
import { openaiModel } from '../openai/openai-model.ts'

/** The model that a rule asks, as it is configured; undefined where there is none that can be asked. */
export function configuredModel({ models }: Pick<Config, 'models'>, rule: Rule): AskModel | undefined {
  const name = rule.rule_config.llm_config?.model ?? models?.default ?? ''
  const model = models?.[name]
  if (typeof model !== 'object' || model.provider !== 'openai') return undefined
  const { base_url: baseUrl, api_key: apiKey, timeout_seconds: seconds } = model
  return openaiModel({ baseUrl, apiKey, model: model.model, timeoutMs: seconds * 1000 })
}
