import { z } from 'zod'
import { closings, outcomes } from '../outcomes.ts'

const count = z.int().min(0)

const sideSchema = z.object({
  decision_id: z.string(),
  rule_version: count,
  closed_by: z.enum(closings),
  opened_at: z.string(),
  closed_at: z.string(),
  event_count: count,
  outcome: z.enum(outcomes),
  confidence: z.number().nullable(),
  reason: z.string().nullable(),
})

/** What may lie between two decisions, or between one and none. */
const differenceKinds = ['verdict', 'window', 'only_before', 'only_after'] as const

/** Why two decisions differ, as far as it can be known. */
const differenceCauses = [
  // The rules differ.
  'rule_added',
  'rule_removed',
  'rule_type',
  'filter',
  'group_by',
  'windowing',
  'threshold',
  'rule_text',
  'model',
  'on_failure',
  'budget_rules',
  'rule_version',
  // What happened to one of the two.
  'cancelled',
  'pressure',
  'budget',
  'repeat',
  'answer_missing',
  'no_verdict',
  // What was asked, and what was answered.
  'question',
  'answer',
  // An event that was underway when a timer fired, or that arrived at another time.
  'timing',
  // The window before it held other events, or the recording does not hold all of it.
  'follows',
  'cut',
  'unknown',
] as const

const changedDecisionSchema = z.object({
  rule_id: z.string(),
  key: z.string(),
  /** `verdict`: the same events, decided otherwise. `window`: other events were judged together, or they closed otherwise. */
  kind: z.enum(differenceKinds),
  cause: z.enum(differenceCauses),
  /** In words: why, as far as it can be known. */
  why: z.string(),
  before: sideSchema.nullable(),
  after: sideSchema.nullable(),
})

/** What differs between the decisions of two runs on one stream. */
export const backtestDifferenceSchema = z.object({
  /** What the decisions are compared with: files of rules, or of decisions. */
  against: z.array(z.string()),
  /** Pairs, and decisions that are on one side alone: those that are the same, and those that are not. */
  compared: count,
  same: count,
  changed: z.partialRecord(z.enum(differenceKinds), count),
  /** Of all that are not the same, the most frequent first. */
  causes: z.array(
    z.object({ kind: z.enum(differenceKinds), cause: z.enum(differenceCauses), count: z.int().min(1) }),
  ),
  /** `outside`: decided on what was not played, or before the first or after the last of the decisions that they are compared with. */
  not_compared: z.object({ outside: count, other_rules: count }),
  /** `kept`: of those before, where one of the same rule and key after shares an event; `new`: of those after that share none. */
  alerts: z.object({ kept: count, gone: count, new: count }),
  calls: z.object({ before: count, after: count }),
  cost_usd: z.object({ before: z.number(), after: z.number() }),
  /** The first 200, by when they closed. */
  decisions: z.array(changedDecisionSchema),
  decisions_omitted: count,
})

export type DecisionSide = z.infer<typeof sideSchema>
export type BacktestDifference = z.infer<typeof backtestDifferenceSchema>
export type DifferenceKind = (typeof differenceKinds)[number]
export type DifferenceCause = (typeof differenceCauses)[number]
export type ChangedDecision = z.infer<typeof changedDecisionSchema>
