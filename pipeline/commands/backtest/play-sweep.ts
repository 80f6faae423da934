import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { BacktestSweep, SweptRun } from '../../../schemas/backtest/backtest-sweep.ts'
import type { Decision } from '../../../schemas/decision.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { DecisionComparison } from '../../backtest/compare/decision-comparison.ts'
import { DECISIONS_COMPARED_MAX, EarlierDecisions } from '../../backtest/compare/earlier-decisions.ts'
import { type PlannedRun, planSweep } from '../../backtest/sweep/plan-sweep.ts'
import { SpreadHistogram } from '../../backtest/tally/spread-histogram.ts'
import { playRun, type PlayRunOptions } from './play-run.ts'

export interface PlayedSweep {
  /** Of the first run. */
  readonly report: BacktestReport
  readonly sweep: BacktestSweep
}

/** Plays the recordings once for each combination of the values; null where it was interrupted. */
export async function playSweep(run: PlayRunOptions): Promise<PlayedSweep | null> {
  const { prepared, rules } = run
  const { sweep: parameters } = prepared.options
  const { runs: planned, problems } = planSweep(rules, parameters, {
    models: { configured: prepared.config.models },
  })
  if (problems.length > 0) throw new PipelineError('config_invalid', problems.join('\n'))
  const runs: SweptRun[] = []
  let first: { report: BacktestReport; alerts: readonly Decision[] } | null = null
  for (const [index, plan] of planned.entries()) {
    run.progress.begin(`run ${index + 1} of ${planned.length}`)
    const played = await playPlanned(run, plan, first?.alerts ?? null)
    if (played === null) return null
    first ??= played
    runs.push(played.swept)
  }
  if (first === null) throw new Error('a sweep has at least one run')
  return { report: first.report, sweep: { parameters: parameters.map(({ name }) => name), runs } }
}

interface PlannedResult {
  readonly report: BacktestReport
  readonly alerts: readonly Decision[]
  readonly swept: SweptRun
}

async function playPlanned(
  run: PlayRunOptions,
  { values, rules }: PlannedRun,
  first: readonly Decision[] | null,
): Promise<PlannedResult | null> {
  const delays = new SpreadHistogram()
  const alerts: Decision[] = []
  const comparison = comparisonWith(first ?? [])
  const report = await playRun({
    ...run,
    rules,
    onDecision: decision => {
      delays.add(Date.parse(decision.decided_at) - Date.parse(decision.opened_at))
      if (decision.outcome !== 'triggered') return
      if (first !== null) comparison.add(decision)
      else if (alerts.push(decision) > DECISIONS_COMPARED_MAX) throw tooMany()
    },
  })
  if (report === null) return null
  const { kept, gone: lost, new: raised } = comparison.difference().alerts
  const { alerts: count, calls, cost_usd } = report.total
  const counts = first === null ? { kept: count, lost: 0, new: 0 } : { kept, lost, new: raised }
  return {
    report,
    alerts,
    swept: { values, calls, cost_usd, delay_ms: delays.spread, alerts: count, ...counts },
  }
}

function comparisonWith(alerts: readonly Decision[]): DecisionComparison {
  const earlier = new EarlierDecisions({
    placeOf: (_decision, { topic, partition, offset }) => ({
      lane: `${topic}/${partition}`,
      offset: Number(offset),
    }),
  })
  for (const alert of alerts) earlier.add(alert)
  return new DecisionComparison({ earlier, against: [], changes: new Map(), versions: new Map() })
}

function tooMany(): PipelineError {
  const message = `a sweep compares at most ${DECISIONS_COMPARED_MAX} alerts: play a shorter part by --from and --to`
  return new PipelineError('config_invalid', message)
}
