import type { Observable, SchedulerLike } from 'rxjs'
import type { AskModel } from '../operators/asking/model.ts'
import { type ModelGate, modelGate, type ModelGateOptions } from '../operators/judging/model-gate.ts'
import type { Config, RemoteModelConfig } from '../schemas/config.ts'
import type { Rule } from '../schemas/rule.ts'
import { openaiModel } from './openai/openai-model.ts'

export interface ModelGates {
  readonly all: readonly ModelGate[]
  /** The model that a rule names, or the default one. */
  gateOf(rule: Rule): ModelGate
}

export interface ModelGatesOptions {
  readonly clock: SchedulerLike
  readonly reading$?: Observable<unknown>
  /** Makes the adapter of one model; secrets in its configuration are their values. */
  readonly connect?: (model: RemoteModelConfig) => AskModel
}

/** One gate for each remote model of the configuration, shared by all lanes of the process. */
export function modelGates(models: Config['models'], options: ModelGatesOptions): ModelGates {
  const { connect = connectOpenai, ...shared } = options
  const gates = new Map<string, ModelGate>()
  for (const [name, model] of Object.entries(models ?? {})) {
    if (typeof model === 'string' || model.provider !== 'openai') continue
    gates.set(name, gateTo(name, model, { ...shared, ask: connect(model) }))
  }
  return {
    all: [...gates.values()],
    gateOf: rule => {
      const name = rule.rule_config.llm_config?.model ?? models?.default ?? ''
      const gate = gates.get(name)
      if (gate === undefined)
        throw new Error(`rule ${rule.rule_id} asks for a model that is not configured: ${name}`)
      return gate
    },
  }
}

function gateTo(
  name: string,
  model: RemoteModelConfig,
  options: Pick<ModelGateOptions, 'clock' | 'ask' | 'reading$'>,
): ModelGate {
  const { limits, price } = model
  return modelGate({
    name,
    modelId: model.model,
    ...options,
    concurrencyMax: limits.concurrency,
    requestsPerMinute: limits.requests_per_minute,
    price: price
      ? { inputUsdPerMillion: price.input_usd_per_million, outputUsdPerMillion: price.output_usd_per_million }
      : null,
    retry: {
      retriesMax: model.max_retries,
      baseDelayMs: model.base_retry_delay_seconds * 1000,
      delayMsMax: model.max_retry_delay_seconds * 1000,
    },
  })
}

function connectOpenai({
  base_url: baseUrl,
  api_key: apiKey,
  model,
  timeout_seconds,
}: RemoteModelConfig): AskModel {
  return openaiModel({ baseUrl, apiKey, model, timeoutMs: timeout_seconds * 1000 })
}
