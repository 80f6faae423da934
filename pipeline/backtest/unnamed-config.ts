import { type Config, configSchema } from '../../schemas/config.ts'
import type { Rule } from '../../schemas/rule.ts'

/** What the model is called that rules ask where no configuration names one. */
const UNNAMED_MODEL = 'model'

/** The configuration of a backtest without one: every default, and the models that the rules name, which have neither price nor address. */
export function unnamedConfig(rules: readonly Rule[]): Config {
  const named = rules.flatMap(({ rule_config }) => rule_config.llm_config?.model ?? [])
  const names = [UNNAMED_MODEL, ...new Set(named)]
  const models = names.map(name => [name, { ...undescribed, model: name }] as const)
  return configSchema.parse({
    // Those of the recording count.
    sources: [{ topic: 'recording' }],
    models: { default: UNNAMED_MODEL, ...Object.fromEntries(models) },
  })
}

const undescribed = { provider: 'openai', base_url: 'http://model.invalid/v1', limits: { concurrency: null } }
