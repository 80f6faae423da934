import type { ModelStatistics } from '../../operators/gateway/statistics/model-statistics.ts'
import type { Telemetry } from '../../operators/telemetry.ts'

/** Reports on, and counts what concerns a model. */
export function countModels(
  telemetry: Telemetry,
  statistics: ReadonlyMap<string, ModelStatistics>,
): Telemetry {
  return {
    ...telemetry,
    modelCalled(call) {
      telemetry.modelCalled(call)
      statistics.get(call.model)?.called(call)
    },
    modelTokens(model, ruleId, ...[tokens, costUsd]) {
      telemetry.modelTokens(model, ruleId, tokens, costUsd)
      statistics.get(model)?.paid(tokens, costUsd)
    },
    callsAbandoned(model, count) {
      telemetry.callsAbandoned(model, count)
      statistics.get(model)?.abandoned(count)
    },
    answered(model, result) {
      telemetry.answered(model, result)
      statistics.get(model)?.answered(result)
    },
    fellBack(fallback) {
      telemetry.fellBack(fallback)
      statistics.get(fallback.from)?.fellBack()
    },
    decided(decision, sinceArrivalMs) {
      telemetry.decided(decision, sinceArrivalMs)
      statistics.get(decision.model ?? '')?.decided(decision)
    },
  }
}
