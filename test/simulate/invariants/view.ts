import type { Account } from '../account.ts'
import type { Step } from '../plan.ts'
import type { Simulation } from '../simulation.ts'

/** What an invariant is checked on, after every step. */
export interface View {
  readonly simulation: Simulation
  readonly account: Account
  /** The step that was just made; null at the end. */
  readonly step: Step | null
}
