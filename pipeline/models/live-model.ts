import type { ModelGate } from '../../operators/gateway/model-gate.ts'
import { quotaLimitNames } from '../../schemas/quota-limits.ts'
import type { ModelSettings, RemoteModelConfig } from '../../schemas/model-config.ts'
import { callTermsOf } from './call-terms-of.ts'
import { quotaLimitsOf } from './quota-limits-of.ts'

/** A model with what people have changed of it while it runs. */
export class LiveModel {
  readonly name: string
  /** As the file has it. */
  readonly configured: RemoteModelConfig
  readonly gate: ModelGate
  private changed: ModelSettings = {}

  constructor(name: string, configured: RemoteModelConfig, gate: ModelGate) {
    this.name = name
    this.configured = configured
    this.gate = gate
  }

  /** What goes over the file. */
  get settings(): ModelSettings {
    return this.changed
  }

  /** The file with what goes over it. */
  with(settings: ModelSettings): RemoteModelConfig {
    const { limits: changed = {}, ...others } = settings
    const limits = { ...this.configured.limits }
    for (const name of quotaLimitNames) {
      const limit = changed[name]
      if (limit !== undefined) limits[name] = limit === 'none' ? null : limit
    }
    return { ...this.configured, ...others, limits }
  }

  change(settings: ModelSettings): void {
    this.changed = settings
    const model = this.with(settings)
    this.gate.configure(quotaLimitsOf(model), callTermsOf(model))
  }
}
