import type { BacktestReport, RuleReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { RuleTally } from './rule-tally.ts'
import type { Series, Timeline } from './timeline.ts'

/** Rules whose windows, calls and alerts are told over time. */
export const TIMELINE_RULES_MAX = 50
/** Rules that are told of though nobody named them: work of rules that are gone ends in cancelled decisions. */
export const STRANGE_RULES_MAX = 100

type TimelineRules = NonNullable<BacktestReport['timeline']>['rules']

/** The tallies of all rules, in the order of the rules. */
export class RuleTallies {
  private readonly tallies = new Map<string, RuleTally>()
  private readonly tallyMax: number
  private readonly timeline: Timeline

  constructor(rules: readonly Rule[], timeline: Timeline) {
    this.timeline = timeline
    this.tallyMax = rules.length + STRANGE_RULES_MAX
    for (const { rule_id, name, metadata, rule_config } of rules) {
      const { rule_type, llm_config } = rule_config
      const facts = { rule_id, rule_version: metadata.version, name, rule_type }
      const trigger_mode = llm_config?.trigger_mode ?? null
      this.tallies.set(rule_id, new RuleTally({ ...facts, trigger_mode }, timeline))
    }
  }

  find(ruleId: string): RuleTally | undefined {
    return this.tallies.get(ruleId)
  }

  /** That of a decision, which may be of a rule that is gone; past the bound it counts to the totals alone. */
  of({ rule_id, rule_version, rule_type, trigger_mode }: Decision): RuleTally | undefined {
    const found = this.tallies.get(rule_id)
    if (found !== undefined || this.tallies.size >= this.tallyMax) return found
    const facts = { rule_id, rule_version, name: rule_id, rule_type, trigger_mode }
    const opened = new RuleTally(facts, this.timeline)
    this.tallies.set(rule_id, opened)
    return opened
  }

  get reports(): RuleReport[] {
    return [...this.tallies.values()].map(({ report }) => report)
  }

  /** Of the rules with the most windows, in the order of the rules. */
  get overTime(): TimelineRules {
    const busy = [...this.tallies.values()].filter(({ hasSeries }) => hasSeries)
    const shown = new Set(
      busy.toSorted((one, other) => other.windows - one.windows).slice(0, TIMELINE_RULES_MAX),
    )
    return Object.fromEntries(
      busy
        .filter(tally => shown.has(tally))
        .map(({ facts, series: { matches, windows, calls, alerts } }) => {
          const listOf = (series: Series) => this.timeline.listOf(series)
          return [
            facts.rule_id,
            {
              matches: listOf(matches),
              windows: listOf(windows),
              calls: listOf(calls),
              alerts: listOf(alerts),
            },
          ]
        }),
    )
  }
}
