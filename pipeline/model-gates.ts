import type { Observable, SchedulerLike } from 'rxjs'
import type { AskModel, PlacedModel } from '../operators/asking/model.ts'
import { localQuota } from '../operators/gateway/local-quota.ts'
import { type ModelGate, modelGate } from '../operators/gateway/model-gate.ts'
import { QuotaAhead } from '../operators/gateway/quota-ahead.ts'
import type { Quota, QuotaLimits } from '../operators/gateway/quota.ts'
import type { Config } from '../schemas/config.ts'
import type { RemoteModelConfig } from '../schemas/model-config.ts'
import type { Rule } from '../schemas/rule.ts'
import { openaiModel } from './openai/openai-model.ts'
import { openaiOptionsOf } from './openai/openai-options-of.ts'
import { callTermsOf } from './models/call-terms-of.ts'
import { questionHashOf } from './models/question-hash-of.ts'
import { quotaLimitsOf } from './models/quota-limits-of.ts'
import { tokenChargeOf } from './openai/token-charge-of.ts'

export interface ModelGates {
  readonly all: readonly ModelGate[]
  /** The model that a rule names, or the default one, and then those that are asked in its place. */
  gatesOf(rule: Rule): readonly [ModelGate, ...ModelGate[]]
}

export interface ModelGatesOptions {
  readonly clock: SchedulerLike
  readonly reading$?: Observable<unknown>
  /** Makes the quota of one model; that of this process and its part where it is absent. */
  readonly quotaOf?: (settings: ModelQuotaSettings) => Quota
  /** Makes the adapter of one model; secrets in its configuration are their values. */
  readonly connect?: (model: RemoteModelConfig, name: string) => AskModel | PlacedModel
}

/** What the quota of one model is made of. */
export interface ModelQuotaSettings {
  /** The name of the model in the configuration. */
  readonly name: string
  readonly limits: QuotaLimits
  readonly jitterMs: number
  readonly leaseMs: number
  readonly charge: 'estimate' | 'settle'
}

/** A call that was sent and is heard of no more counts as ended so long after its timeout. */
const LEASE_GRACE_MS = 30_000

/** One gate for each remote model of the configuration, shared by all lanes of the process. */
export function modelGates(models: Config['models'], options: ModelGatesOptions): ModelGates {
  const { connect = connectOpenai, ...shared } = options
  const chains = new Map<string, readonly [ModelGate, ...ModelGate[]]>()
  const gates = new Map<string, ModelGate>()
  const remote = Object.entries(models ?? {}).flatMap(([name, model]) =>
    typeof model !== 'string' && model.provider === 'openai' ? [{ name, model }] : [],
  )
  for (const { name, model } of remote)
    gates.set(name, gateTo(name, model, { ...shared, model: connect(model, name) }))
  for (const { name, model } of remote) {
    const gate = gates.get(name)
    if (gate === undefined) continue
    chains.set(name, [gate, ...model.fallback.flatMap(other => gates.get(other) ?? [])])
  }
  return {
    all: [...gates.values()],
    gatesOf: rule => {
      const name = rule.rule_config.llm_config?.model ?? models?.default ?? ''
      const chain = chains.get(name)
      if (chain === undefined)
        throw new Error(`rule ${rule.rule_id} asks for a model that is not configured: ${name}`)
      return chain
    },
  }
}

interface Connection extends Omit<ModelGatesOptions, 'connect'> {
  readonly model: AskModel | PlacedModel
}

/** Long enough for the thread of the lanes to come round to the next call, and short beside what a call takes. */
const AHEAD_MS = 50

function gateTo(name: string, model: RemoteModelConfig, connection: Connection): ModelGate {
  const { clock, reading$, model: connected } = connection
  const charge = model.token_charge ?? tokenChargeOf(model.base_url)
  const jitterMs = model.limits.jitter_seconds * 1000
  const quota = quotaFor(connection, {
    name,
    limits: quotaLimitsOf(model),
    jitterMs,
    leaseMs: model.timeout_seconds * 1000 + LEASE_GRACE_MS,
    charge,
  })
  return modelGate({
    name,
    modelId: model.model,
    clock,
    ...(reading$ && { reading$ }),
    ask: typeof connected === 'function' ? connected : connected.ask,
    jitterMs,
    quota,
    ...(quota instanceof QuotaAhead && { madeMax: () => quota.places }),
    charge,
    questionHash: questionHashOf(model),
    ...callTermsOf(model),
  })
}

function quotaFor({ clock, quotaOf, model }: Connection, settings: ModelQuotaSettings): Quota {
  // What processes share is granted to one of them, so none may be granted what is not free yet.
  if (quotaOf !== undefined) return quotaOf(settings)
  if (typeof model === 'function') return localQuota({ ...settings, clock })
  // What is granted may be sent so much later.
  const quota = localQuota({ ...settings, jitterMs: settings.jitterMs + AHEAD_MS, clock })
  return new QuotaAhead({ quota, clock, aheadMs: AHEAD_MS, keepTo: model.keepTo })
}

function connectOpenai(model: RemoteModelConfig): AskModel {
  return openaiModel(openaiOptionsOf(model))
}
