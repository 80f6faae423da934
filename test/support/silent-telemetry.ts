import type { Telemetry } from '../../operators/telemetry.ts'

const ignore = () => undefined

/** Reports to nobody. */
export const silentTelemetry: Telemetry = {
  eventsReceived: ignore,
  eventsSkipped: ignore,
  deadLettered: ignore,
  rulesEvaluated: ignore,
  windowFilled: ignore,
  windowClosed: ignore,
  workRepeated: ignore,
  windowsOpen: ignore,
  laneHeld: ignore,
  modelCalled: ignore,
  callsAbandoned: ignore,
  modelTokens: ignore,
  fellBack: ignore,
  answered: ignore,
  decided: ignore,
  alerted: ignore,
}
