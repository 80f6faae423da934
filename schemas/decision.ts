import { z } from 'zod'
import { closings, outcomes } from './outcomes.ts'
import { budgetFallbacks, ruleTypes, triggerModes } from './rule.ts'

export type Outcome = (typeof outcomes)[number]
export type ClosedBy = (typeof closings)[number]

const decidedEventSchema = z.object({
  event_id: z.string(),
  event_type: z.string(),
  timestamp: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  work_id: z.string(),
  work_offset: z.string(),
  arrived_at: z.string(),
})

const repeatSchema = z.object({ work_id: z.string(), work_offset: z.string() })

/** One judged window, triggered or not: the audit log and the recovery journal. */
export const decisionSchema = z.object({
  decision_id: z.string(),
  rule_id: z.string(),
  rule_version: z.int(),
  rule_type: z.enum(ruleTypes),
  key: z.string(),
  trigger_mode: z.enum(triggerModes).nullable(),
  closed_by: z.enum(closings),
  event_count: z.int(),
  events: z.array(decidedEventSchema),
  work_partition: z.int(),
  /** Records that were dropped as repeats beyond the watermark: finished without a decision of their own. */
  repeats: z.array(repeatSchema),
  format: z.literal(1),
  opened_at: z.string(),
  closed_at: z.string(),
  decided_at: z.string(),
  outcome: z.enum(outcomes),
  confidence: z.number().nullable(),
  reason: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  model: z.string().nullable(),
  model_id: z.string().nullable(),
  /** The content hash of what that model was asked about the window. Absent in older records. */
  question_hash: z.string().nullable().default(null),
  /** Requests sent for this window, the corrective one included. */
  attempts: z.int(),
  cache: z.enum(['none', 'miss', 'hit', 'shared']),
  /** What was done because the money of the day was spent; null while there was some. Absent in older records. */
  budget: z.enum(budgetFallbacks).nullable().default(null),
  tokens: z.object({ input: z.int(), output: z.int() }),
  cost_usd: z.number(),
  waited_ms: z.object({ window: z.number(), queue: z.number(), call: z.number() }),
})

export type Decision = z.infer<typeof decisionSchema>
export type Repeat = z.infer<typeof repeatSchema>
