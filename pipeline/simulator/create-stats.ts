import type { LimitName, QuotaName } from './create-admission.ts'

/** What the simulator counts as it goes. */
export interface SimulatorCounts {
  requests: number
  /** Answers by HTTP status. */
  answers: Record<string, number>
  tokens: { input: number; output: number }
  /** What the calls that got their answer were charged, settled where it is settled. */
  charged: Record<QuotaName, number>
  /** Refusals by the limit that was exceeded. */
  refused: Record<LimitName, number>
  /** Faults made on purpose. */
  faults: { error: number; hang: number; garbage: number; reset: number }
  /** Requests whose client went away first. */
  abandoned: number
}

/** What the simulator has counted since its start, as it is on the wire. */
export interface SimulatorStats extends SimulatorCounts {
  in_flight: number
  in_flight_max: number
  /** Summed over the requests: two in flight for a second are 2,000. */
  in_flight_ms: number
}

/** Starts counting at nothing. */
export function createStats(): SimulatorCounts {
  return {
    requests: 0,
    answers: {},
    tokens: { input: 0, output: 0 },
    charged: { requests: 0, tokens: 0, input_tokens: 0, output_tokens: 0 },
    refused: { concurrency: 0, requests: 0, tokens: 0, input_tokens: 0, output_tokens: 0 },
    faults: { error: 0, hang: 0, garbage: 0, reset: 0 },
    abandoned: 0,
  }
}
