import type { EvaluationResult } from '../../../operators/telemetry.ts'
import type { RuleReport } from '../../../schemas/backtest/backtest-report.ts'
import type { ClosedBy, Decision, Outcome } from '../../../schemas/decision.ts'
import { closings, outcomes } from '../../../schemas/outcomes.ts'
import { FrequentKeys } from './frequent-keys.ts'
import { SpendingSum } from './spending-sum.ts'
import { SpreadHistogram } from './spread-histogram.ts'
import type { Series, Timeline } from './timeline.ts'

/** Keys of one rule that are told apart, so that they are counted. */
export const RULE_KEYS_MAX = 10_000
/** Keys of one rule whose events are counted. */
export const WATCHED_KEYS_MAX = 1_000
const NOISIEST_KEYS = 10

/** What a report says of a rule before anything has happened. */
export type RuleFacts = Pick<RuleReport, 'rule_id' | 'rule_version' | 'name' | 'rule_type' | 'trigger_mode'>

export interface RuleSeries {
  readonly matches: Series
  readonly windows: Series
  readonly calls: Series
  readonly alerts: Series
}

/** Adds up what one rule did. */
export class RuleTally {
  readonly facts: RuleFacts
  private readonly timeline: Timeline
  private readonly evaluations = { match: 0, no_match: 0, unknown: 0, no_key: 0 }
  private readonly closedBy = new Map<ClosedBy, number>()
  private readonly outcomes = new Map<Outcome, number>()
  private readonly errors = new Map<string, number>()
  private readonly spending = new SpendingSum()
  private readonly keys = new Set<string>()
  private readonly watched = new FrequentKeys(WATCHED_KEYS_MAX)
  private readonly waited = {
    window: new SpreadHistogram(),
    queue: new SpreadHistogram(),
    call: new SpreadHistogram(),
  }
  private hasMoreKeys = false
  private decisions = 0
  private raised = 0
  private opened: RuleSeries | null = null

  constructor(facts: RuleFacts, timeline: Timeline) {
    this.facts = facts
    this.timeline = timeline
  }

  get windows(): number {
    return this.decisions
  }

  /** Whether anything of it has happened. */
  get hasSeries(): boolean {
    return this.opened !== null
  }

  /** Opened when it is needed: most rules of many see nothing. */
  get series(): RuleSeries {
    const { timeline } = this
    this.opened ??= {
      matches: timeline.open(),
      windows: timeline.open(),
      calls: timeline.open(),
      alerts: timeline.open(),
    }
    return this.opened
  }

  evaluated(result: EvaluationResult, count: number): void {
    this.evaluations[result] += count
  }

  /** An event of the key joined a window. */
  filled(key: string, bucket: number): void {
    increase(this.series.matches, bucket, 1)
    // A key that is watched has been told apart before.
    if (!this.watched.add(key)) this.tellApart(key)
  }

  decided(decision: Decision, bucket: number): void {
    const { closed_by, outcome, attempts, waited_ms, trigger_mode } = decision
    const code = codeOf(decision)
    this.decisions++
    count(this.closedBy, closed_by)
    count(this.outcomes, outcome)
    if (code !== null) count(this.errors, code)
    this.spending.add(decision)
    increase(this.series.windows, bucket, 1)
    increase(this.series.calls, bucket, attempts)
    const key = this.watched.find(decision.key)
    if (key !== undefined) {
      key.windows++
      key.calls += attempts
    }
    if (trigger_mode === null) return
    this.waited.window.add(waited_ms.window)
    this.waited.queue.add(waited_ms.queue)
    if (attempts > 0) this.waited.call.add(waited_ms.call)
  }

  alerted(keyName: string, bucket: number): void {
    this.raised++
    increase(this.series.alerts, bucket, 1)
    const key = this.watched.find(keyName)
    if (key !== undefined) key.alerts++
  }

  get report(): RuleReport {
    const { window, queue, call } = this.waited
    return {
      ...this.facts,
      evaluations: { ...this.evaluations },
      windows: this.decisions,
      closed_by: listed(this.closedBy, closings),
      outcomes: listed(this.outcomes, outcomes),
      errors: Object.fromEntries([...this.errors].sort()),
      alerts: this.raised,
      ...this.spending.total,
      keys: this.keys.size,
      has_more_keys: this.hasMoreKeys,
      noisiest_keys: this.watched.top(NOISIEST_KEYS).map(({ key, events, windows, calls, alerts }) => {
        return { key, events, windows, calls, alerts }
      }),
      waited_ms: { window: window.spread, queue: queue.spread, call: call.spread },
    }
  }

  private tellApart(key: string): void {
    if (this.keys.size < RULE_KEYS_MAX) this.keys.add(key)
    else if (!this.keys.has(key)) this.hasMoreKeys = true
  }
}

/** What was wrong, where there is no verdict; skipped while there was money is what nobody was asked about. */
function codeOf({ outcome, error, budget }: Decision): string | null {
  if (outcome === 'skipped') return budget === null ? 'not_asked' : 'budget_spent'
  return error?.code ?? null
}

function increase(series: Series, bucket: number, by: number): void {
  series[bucket] = (series[bucket] ?? 0) + by
}

function count<Name>(counts: Map<Name, number>, name: Name): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** In the order of the names, so that two runs write the same. */
function listed<Name extends string>(
  counts: ReadonlyMap<Name, number>,
  names: readonly Name[],
): Partial<Record<Name, number>> {
  const found: Partial<Record<Name, number>> = {}
  for (const name of names) {
    const held = counts.get(name)
    if (held !== undefined) found[name] = held
  }
  return found
}
