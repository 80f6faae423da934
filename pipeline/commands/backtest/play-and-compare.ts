import type { BacktestDifference } from '../../../schemas/backtest/backtest-difference.ts'
import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { DecisionComparison } from '../../backtest/compare/decision-comparison.ts'
import { delayWork } from '../../backtest/compare/delay-work.ts'
import { EarlierDecisions } from '../../backtest/compare/earlier-decisions.ts'
import { type PlaceOf, PlayedPlaces } from '../../backtest/compare/played-places.ts'
import { readDecisions } from '../../backtest/compare/read-decisions.ts'
import { ruleChanges } from '../../backtest/compare/rule-changes.ts'
import { takenAt } from '../../backtest/compare/taken-at.ts'
import { topicsOf } from '../../topics-of.ts'
import { playRun, type PlayRunOptions } from './play-run.ts'

export interface ComparedRun {
  readonly report: BacktestReport
  readonly difference: BacktestDifference | undefined
}

/** Plays the recordings, and compares what is decided with what earlier rules, or the recorded pipeline, decided; null where it was interrupted. */
export async function playAndCompare(run: PlayRunOptions): Promise<ComparedRun | null> {
  const { options, earlierRules } = run.prepared
  if (earlierRules !== null) return againstRules(run, earlierRules)
  if (options.againstDecisions !== undefined) return againstDecisions(run, options.againstDecisions)
  const report = await playRun(run)
  return report && { report, difference: undefined }
}

async function againstRules(run: PlayRunOptions, earlierRules: readonly Rule[]): Promise<ComparedRun | null> {
  const { progress, prepared, rules } = run
  const earlier = new EarlierDecisions({ placeOf: placeOf(run) })
  progress.begin('earlier rules')
  const before = await playRun({
    ...run,
    rules: earlierRules,
    onDecision: decision => {
      earlier.add(decision)
    },
    onAlert: () => undefined,
  })
  if (before === null) return null
  const comparison = new DecisionComparison({
    earlier,
    against: prepared.options.against,
    changes: ruleChanges(earlierRules, rules),
    versions: versionsOf(rules),
  })
  progress.begin('rules')
  return compared(run, comparison, before)
}

async function againstDecisions(run: PlayRunOptions, file: string): Promise<ComparedRun | null> {
  const { rules, prepared } = run
  const { fromWork, mode } = prepared.options
  const ruleIds = new Set(rules.map(({ rule_id }) => rule_id))
  const earlier = new EarlierDecisions({ placeOf: placeOf(run), rules: ruleIds })
  for await (const decision of readDecisions(file)) earlier.add(decision)
  const played = new PlayedPlaces()
  const comparison = new DecisionComparison({
    ...{ earlier, played, rules: ruleIds },
    against: [file],
    changes: new Map(),
    versions: versionsOf(rules),
    // What was asked elsewhere may well be answered otherwise.
    exact: { answers: mode === 'journal', times: fromWork },
  })
  return compared(
    {
      ...run,
      ...(fromWork && asTaken(run, earlier)),
      onRecord: ({ topic, partition, offset }) => {
        played.played({ lane: `${topic}/${partition}`, offset })
      },
    },
    comparison,
    null,
  )
}

/** Plays `work` as the recorded pipeline took it: what was underway when a timer fired is known from its decisions. */
function asTaken(
  { records, prepared }: PlayRunOptions,
  earlier: EarlierDecisions,
): Pick<PlayRunOptions, 'batches' | 'knownDueMs'> {
  const { work } = topicsOf(prepared.config.kafka.topic_prefix)
  return {
    batches: delayWork(records.batches(), { takenAtMs: record => takenAt(earlier, record) }),
    knownDueMs: (partition, offset) => earlier.tickAt({ lane: `${work}/${partition}`, offset }),
  }
}

async function compared(
  run: PlayRunOptions,
  comparison: DecisionComparison,
  before: BacktestReport | null,
): Promise<ComparedRun | null> {
  const report = await playRun({ ...run, onDecision: both(run.onDecision, comparison) })
  if (report === null) return null
  const difference = comparison.difference()
  // All that the earlier rules cost, not that of compared decisions alone.
  const totals = before && {
    calls: { before: before.total.calls, after: report.total.calls },
    cost_usd: { before: before.total.cost_usd, after: report.total.cost_usd },
  }
  return { report, difference: { ...difference, ...totals } }
}

function both(onDecision: PlayRunOptions['onDecision'], comparison: DecisionComparison) {
  return (decision: Decision) => {
    onDecision?.(decision)
    comparison.add(decision)
  }
}

/** Where an event lies in what is played. */
function placeOf({ prepared: { options, config } }: PlayRunOptions): PlaceOf {
  const { work } = topicsOf(config.kafka.topic_prefix)
  return options.fromWork
    ? (decision, event) => ({ lane: `${work}/${decision.work_partition}`, offset: Number(event.work_offset) })
    : (_decision, event) => ({ lane: `${event.topic}/${event.partition}`, offset: Number(event.offset) })
}

function versionsOf(rules: readonly Rule[]): ReadonlyMap<string, number> {
  return new Map(rules.map(({ rule_id, metadata }) => [rule_id, metadata.version]))
}
