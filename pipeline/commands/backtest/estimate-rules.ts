import { EstimateTally } from '../../backtest/estimate/estimate-tally.ts'
import { renderEstimate } from '../../backtest/estimate/render-estimate.ts'
import { openBacktestModel } from '../../backtest/models/open-backtest-model.ts'
import { renderProblem } from '../../documents/render-problem.ts'
import type { CommandContext } from '../../terminal/command-context.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import type { BacktestOptions } from './backtest-options.ts'
import { playRun } from './play-run.ts'
import { playedRecords } from './played-records.ts'
import { prepareBacktest } from './prepare-backtest.ts'
import { RunProgress } from './run-progress.ts'

export interface EstimateRulesOptions extends CommandContext {
  /** Files and folders. */
  readonly paths: readonly string[]
  /** Recordings, played one after the other. */
  readonly files: readonly string[]
  /** Recorded answers, by which tokens are estimated better. */
  readonly answersFile: string | undefined
  readonly skipBad: boolean
}

const EXIT_INTERRUPTED = 130

/** `rules estimate`: what rules would take of their models, by what they would have taken of a recording. */
export async function estimateRules(options: EstimateRulesOptions): Promise<number> {
  const { terminal, json, files } = options
  const preparation = await prepareBacktest(backtestOf(options))
  if (!preparation.ok) {
    for (const problem of preparation.problems) terminal.note(renderProblem(problem))
    return preparation.status
  }
  const { prepared } = preparation
  const { rules, known, config } = prepared
  const tally = new EstimateTally(rules)
  const progress = new RunProgress(terminal)
  const limits = { budgetUsd: null, callsMax: null }
  const model = openBacktestModel({ mode: 'none', models: config.models, known, latency: 0, ...limits })
  const report = await playRun({
    ...{ prepared, model, progress, rules, records: playedRecords(prepared) },
    onRecord: record => {
      tally.played(record)
    },
    onDecision: decision => {
      tally.decided(decision)
    },
  })
  progress.end()
  if (report === null) return EXIT_INTERRUPTED
  const estimate = tally.estimate({ files, answers: known.size })
  terminal.print(json ? JSON.stringify(estimate) : renderEstimate(estimate, terminal).join('\n'))
  return exitCode.done
}

/** A backtest that asks nobody, and looks for nothing else. */
function backtestOf({ paths, ...options }: EstimateRulesOptions): BacktestOptions {
  return {
    ...options,
    rules: paths,
    against: [],
    againstDecisions: undefined,
    fromWork: false,
    mode: 'none',
    scriptFile: undefined,
    latency: 0,
    limits: false,
    lateAfterSeconds: 0,
    budgetUsd: null,
    maxima: { alerts: undefined, calls: undefined, usd: undefined },
    expectationFile: undefined,
    sweep: [],
    htmlFile: undefined,
    decisionsOut: undefined,
    fromMs: -Infinity,
    toMs: Infinity,
  }
}
