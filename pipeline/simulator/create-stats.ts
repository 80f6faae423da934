/** What the simulator has counted since its start, as it is on the wire. */
export interface SimulatorStats {
  requests: number
  /** Answers by HTTP status. */
  answers: Record<string, number>
  in_flight: number
  in_flight_max: number
  tokens: { input: number; output: number }
  /** Refusals by the limit that was exceeded. */
  refused: { concurrency: number; requests: number; tokens: number }
  /** Faults made on purpose. */
  faults: { error: number; hang: number; garbage: number; reset: number }
  /** Requests whose client went away first. */
  abandoned: number
}

/** Starts counting at nothing. */
export function createStats(): SimulatorStats {
  return {
    requests: 0,
    answers: {},
    in_flight: 0,
    in_flight_max: 0,
    tokens: { input: 0, output: 0 },
    refused: { concurrency: 0, requests: 0, tokens: 0 },
    faults: { error: 0, hang: 0, garbage: 0, reset: 0 },
    abandoned: 0,
  }
}
