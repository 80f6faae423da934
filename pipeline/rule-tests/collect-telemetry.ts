import type { Telemetry } from '../../operators/telemetry.ts'
import type { Alert } from '../../schemas/alert.ts'
import type { Decision } from '../../schemas/decision.ts'

export interface CollectedTelemetry {
  readonly telemetry: Telemetry
  /** In the order in which they were committed. */
  readonly decisions: readonly Decision[]
  readonly alerts: readonly Alert[]
}

const ignore = () => undefined

/** Keeps what is decided, and nothing else. */
export function collectTelemetry(): CollectedTelemetry {
  const decisions: Decision[] = []
  const alerts: Alert[] = []
  return {
    decisions,
    alerts,
    telemetry: {
      eventsReceived: ignore,
      eventsSkipped: ignore,
      deadLettered: ignore,
      workRepeated: ignore,
      rulesEvaluated: ignore,
      windowFilled: ignore,
      windowClosed: ignore,
      windowsOpen: ignore,
      laneHeld: ignore,
      modelCalled: ignore,
      answered: ignore,
      fellBack: ignore,
      callsAbandoned: ignore,
      modelTokens: ignore,
      decided: decision => {
        decisions.push(decision)
      },
      alerted: alert => {
        alerts.push(alert)
      },
    },
  }
}
