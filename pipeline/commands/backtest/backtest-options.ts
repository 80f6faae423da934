import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { SweepParameter } from '../../backtest/sweep/parse-sweep-parameter.ts'
import type { Latency } from '../../backtest/models/latency-of.ts'
import type { CommandContext } from '../../terminal/command-context.ts'

/** What `backtest` is asked for. */
export interface BacktestOptions extends CommandContext {
  /** Recordings, played one after the other. */
  readonly files: readonly string[]
  /** Files and folders of rules; those of the configuration where there are none. */
  readonly rules: readonly string[]
  /** Rules to compare with. */
  readonly against: readonly string[]
  /** Decisions to compare with. */
  readonly againstDecisions: string | undefined
  /** The recordings hold `work`, and only DECIDE runs. */
  readonly fromWork: boolean
  readonly mode: BacktestReport['model']['mode']
  readonly answersFile: string | undefined
  readonly scriptFile: string | undefined
  readonly latency: Latency
  readonly limits: boolean
  readonly lateAfterSeconds: number
  readonly budgetUsd: number | null
  readonly maxima: {
    readonly alerts: number | undefined
    readonly calls: number | undefined
    readonly usd: number | undefined
  }
  readonly expectationFile: string | undefined
  readonly sweep: readonly SweepParameter[]
  readonly htmlFile: string | undefined
  readonly decisionsOut: string | undefined
  readonly skipBad: boolean
  /** Epoch milliseconds: records from the first on, before the second. */
  readonly fromMs: number
  readonly toMs: number
}
