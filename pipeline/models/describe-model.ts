import type { ModelStatistics } from '../../operators/gateway/statistics/model-statistics.ts'
import { isoTime } from '../../operators/lanes/iso-time.ts'
import { type CallPriority, callPriorities } from '../../schemas/rule.ts'
import type { RemoteModelConfig } from '../../schemas/model-config.ts'
import { quotaLimitNames } from '../../schemas/quota-limits.ts'
import type { QuotaLimits } from '../../operators/gateway/quota.ts'
import type { LiveModel } from './live-model.ts'
import type { ModelDocument, ModelTerms } from './model-document.ts'
import { modelTerms } from './model-terms.ts'

export interface ModelCounts {
  readonly statistics: ModelStatistics
  readonly sinceMs: number
}

/** Shows a model as it is now. */
export function describeModel(model: LiveModel, { statistics, sinceMs }: ModelCounts): ModelDocument {
  const { name, configured, settings, gate } = model
  const { quota, stop } = gate
  return {
    name,
    provider: configured.provider,
    model_id: configured.model,
    configured: modelTerms(configured),
    settings,
    in_force: inForce(model.with(settings), quota.limits),
    learned: learnedOf(model),
    used: quota.used(),
    in_flight: gate.inFlight,
    queued: queuedOf(model),
    closed_seconds: Math.ceil(Math.max(quota.closedMs, gate.limits.closedMs) / 1000),
    breaker: {
      open: stop !== null,
      reason: stop?.reason ?? null,
      until: stop === null ? null : isoTime(stop.untilMs),
    },
    fallback: configured.fallback,
    statistics: { since: isoTime(sinceMs), ...statistics.figures },
  }
}

/** Limits are what the quota is held to, which may be less than what people want. */
function inForce(model: RemoteModelConfig, limits: QuotaLimits): ModelTerms {
  const terms = modelTerms(model)
  return { ...terms, limits: { ...terms.limits, ...limits } }
}

function learnedOf({ gate }: LiveModel): ModelDocument['learned'] {
  return Object.fromEntries(
    quotaLimitNames.flatMap(name => {
      const { learned } = gate.limits.evidence[name]
      if (learned === null) return []
      return [[name, { limit: learned.limit, why: learned.why, since: isoTime(learned.sinceMs) }] as const]
    }),
  )
}

function queuedOf({ gate }: LiveModel): Record<CallPriority, number> {
  const [low, medium, high, critical] = callPriorities.map(priority => gate.queuedAt(priority))
  return { low: low ?? 0, medium: medium ?? 0, high: high ?? 0, critical: critical ?? 0 }
}
