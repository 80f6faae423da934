import { buildPrompt } from '../../operators/asking/build-prompt.ts'
import type { Alert } from '../../schemas/alert.ts'
import type { ClosedBy, Decision } from '../../schemas/decision.ts'
import type { Work } from '../../schemas/work.ts'
import type { demoPrice } from './demo-config.ts'
import type { DemoTally, RuleTally } from './demo-tally.ts'

/** What came of the demo, as `--json` writes it: the same in every run. */
export interface DemoSummary {
  /** From the first event to the last. */
  readonly recorded: { readonly from: string; readonly to: string }
  readonly events: { readonly total: number; readonly by_type: Readonly<Record<string, number>> }
  readonly rules: readonly RuleSummary[]
  /** Windows that a model was asked about. */
  readonly windows: { readonly total: number; readonly by_closed_by: Readonly<Record<string, number>> }
  readonly outcomes: Readonly<Record<string, number>>
  readonly model: {
    readonly calls: number
    readonly tokens: { readonly input: number; readonly output: number }
    readonly cost_usd: number
    readonly price: typeof demoPrice
  }
  /** Against one call for each event that passed its rule's filter. */
  readonly saved: Saving
  /** Against one call for each event of a rule's types, without filters. */
  readonly saved_without_filters: Saving
  readonly alerts: readonly Pick<
    Alert,
    'rule_id' | 'key' | 'raised_at' | 'event_count' | 'confidence' | 'reason'
  >[]
}

export interface RuleSummary {
  readonly rule_id: string
  readonly evaluated: number
  readonly filtered: number
  readonly passed: number
  readonly decisions: number
  readonly alerts: number
}

export interface Saving {
  readonly calls_instead: number
  readonly calls_saved: number
  /** Estimated: each event asked about alone, its answer as long as those that were given. */
  readonly cost_usd_instead: number
  readonly cost_usd_saved: number
}

export interface DemoSummaryOptions {
  readonly tally: DemoTally
  /** Everything that went from ROUTE to DECIDE. */
  readonly work: readonly Work[]
  readonly price: typeof demoPrice
  readonly startMs: number
  readonly endMs: number
  readonly promptTokensMax: number
}

/** The usual rule of thumb, and what the simulated model counts by. */
const CHARACTERS_PER_TOKEN = 4

/** Adds up a demo that has ended. */
export function demoSummary(options: DemoSummaryOptions): DemoSummary {
  const { tally, price, startMs, endMs } = options
  const rules = [...tally.rules.values()]
  const judged = tally.decisions.filter(({ model }) => model !== null)
  const alerts = tally.alerts.toSorted((a, b) => (sortName(a) < sortName(b) ? -1 : 1))
  return {
    recorded: { from: new Date(startMs).toISOString(), to: new Date(endMs).toISOString() },
    events: {
      total: sum([...tally.arrived.values()]),
      by_type: Object.fromEntries([...tally.arrived].sort()),
    },
    rules: rules.map(rule => ruleSummary(rule, tally)),
    windows: { total: judged.length, by_closed_by: countBy(judged, ({ closed_by }): ClosedBy => closed_by) },
    outcomes: countBy(tally.decisions, ({ outcome }) => outcome),
    model: { calls: tally.calls, tokens: tally.tokens, cost_usd: roundUsd(tally.costUsd), price },
    saved: saving(options, ({ passed }) => passed),
    saved_without_filters: saving(options, ({ evaluated }) => evaluated),
    alerts: alerts.map(({ rule_id, key, raised_at, event_count, confidence, reason }) => {
      return { rule_id, key, raised_at, event_count, confidence, reason }
    }),
  }
}

function ruleSummary({ rule, evaluated, passed, alerts }: RuleTally, tally: DemoTally): RuleSummary {
  const { rule_id } = rule
  const decisions = tally.decisions.filter(decision => decision.rule_id === rule_id).length
  return { rule_id, evaluated, filtered: evaluated - passed, passed, decisions, alerts }
}

function saving(options: DemoSummaryOptions, callsOf: (rule: RuleTally) => number): Saving {
  const { tally } = options
  const asking = [...tally.rules.values()].filter(({ rule }) => rule.rule_config.llm_config !== undefined)
  const calls = sum(asking.map(callsOf))
  const costUsd = sum(asking.map(rule => callsOf(rule) * singleCallUsd(rule, options)))
  return {
    calls_instead: calls,
    calls_saved: calls - tally.calls,
    cost_usd_instead: roundUsd(costUsd),
    cost_usd_saved: roundUsd(costUsd - tally.costUsd),
  }
}

/** What asking about one event alone costs on average. */
function singleCallUsd(
  { rule }: RuleTally,
  { tally, work, price, promptTokensMax }: DemoSummaryOptions,
): number {
  const description = rule.rule_config.llm_config?.description ?? ''
  const inputs = work
    .filter(({ rule_id }) => rule_id === rule.rule_id)
    .map(({ event }) => {
      const fenceSecret = 'estimate'
      const { messages } = buildPrompt({ description, events: [event], promptTokensMax, fenceSecret })
      return Math.ceil(sum(messages.map(({ content }) => content.length)) / CHARACTERS_PER_TOKEN)
    })
  const outputs = tally.decisions
    .filter(({ rule_id, attempts }) => rule_id === rule.rule_id && attempts > 0)
    .map(({ tokens, attempts }) => tokens.output / attempts)
  return (
    (mean(inputs) * price.input_usd_per_million + mean(outputs) * price.output_usd_per_million) / 1_000_000
  )
}

function sortName({ raised_at, rule_id, key }: Alert): string {
  return `${raised_at}|${rule_id}|${key}`
}

function countBy(
  decisions: readonly Decision[],
  nameOf: (decision: Decision) => string,
): Record<string, number> {
  const counts = new Map<string, number>()
  for (const decision of decisions) counts.set(nameOf(decision), (counts.get(nameOf(decision)) ?? 0) + 1)
  return Object.fromEntries([...counts].sort())
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}

function roundUsd(usd: number): number {
  return Number(usd.toFixed(6))
}
