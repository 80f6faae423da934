import { z } from 'zod'
import { closings, outcomes } from './outcomes.ts'

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
export const differenceKinds = ['verdict', 'window', 'only_before', 'only_after'] as const

const changedDecisionSchema = z.object({
  rule_id: z.string(),
  key: z.string(),
  /** `verdict`: the same events, decided otherwise. `window`: other events were judged together. */
  kind: z.enum(differenceKinds),
  /** In words: why, as far as it can be known. */
  why: z.string(),
  before: sideSchema.nullable(),
  after: sideSchema.nullable(),
})

/** What differs between the decisions of two runs on one stream. */
export const backtestDifferenceSchema = z.object({
  /** What the decisions are compared with: files of rules, or of decisions. */
  against: z.array(z.string()),
  compared: count,
  same: count,
  changed: z.partialRecord(z.enum(differenceKinds), count),
  alerts: z.object({ kept: count, gone: count, new: count }),
  calls: z.object({ before: count, after: count }),
  cost_usd: z.object({ before: z.number(), after: z.number() }),
  /** The first 200. */
  decisions: z.array(changedDecisionSchema),
  decisions_omitted: count,
})

export type BacktestDifference = z.infer<typeof backtestDifferenceSchema>
export type ChangedDecision = z.infer<typeof changedDecisionSchema>
