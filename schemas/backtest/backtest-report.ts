import { z } from 'zod'
import { closings, outcomes } from '../outcomes.ts'
import { ruleTypes, triggerModes } from '../rule.ts'

const count = z.int().min(0)
const counts = z.record(z.string(), count)

/** How a quantity was spread, in milliseconds; quantiles are upper bounds within 5 %. */
export const spreadSchema = z.object({
  count,
  mean: z.number(),
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  max: z.number(),
})

const spendingSchema = z.object({
  calls: count,
  tokens: z.object({ input: count, output: count }),
  cost_usd: z.number(),
})

const keySchema = z.object({ key: z.string(), events: count, windows: count, calls: count, alerts: count })

const ruleReportSchema = spendingSchema.extend({
  rule_id: z.string(),
  rule_version: count,
  name: z.string(),
  rule_type: z.enum(ruleTypes),
  trigger_mode: z.enum(triggerModes).nullable(),
  /** How often an event of the rule's types was looked at, and what came of it. */
  evaluations: z.object({ match: count, no_match: count, unknown: count, no_key: count }),
  windows: count,
  closed_by: z.partialRecord(z.enum(closings), count),
  outcomes: z.partialRecord(z.enum(outcomes), count),
  /** Windows without a verdict of the model, by the code of what was wrong; `not_asked`: nobody was asked, with `--model none`. */
  errors: counts,
  alerts: count,
  /** Distinct keys, as far as they were told apart. */
  keys: count,
  /** Whether there are more than that. */
  has_more_keys: z.boolean(),
  /** The keys with the most events, at most 10; of a rule with a great many keys, events may be too many and the rest too few. */
  noisiest_keys: z.array(keySchema),
  waited_ms: z.object({ window: spreadSchema, queue: spreadSchema, call: spreadSchema }),
})

const daySchema = spendingSchema.extend({
  /** `2026-11-20`, UTC. */
  day: z.string(),
  events: count,
  windows: count,
  alerts: count,
  cost_usd_by_rule: z.record(z.string(), z.number()),
})

const hourSchema = spendingSchema.extend({ hour: z.int().min(0).max(23), events: count, alerts: count })

/** Equal parts of the recorded time, oldest first; every list has one number for each. */
const timelineSchema = z.object({
  start: z.string(),
  bucket_seconds: z.int().min(1),
  events: z.array(count),
  /** The rules with the most windows, at most 50. */
  rules: z.record(
    z.string(),
    z.object({
      matches: z.array(count),
      windows: z.array(count),
      calls: z.array(count),
      alerts: z.array(count),
    }),
  ),
})

const reportedAlertSchema = z.object({
  rule_id: z.string(),
  key: z.string(),
  raised_at: z.string(),
  event_count: count,
  confidence: z.number().nullable(),
  reason: z.string().nullable(),
})

/** What a backtest found: `backtest --json` prints it, and the page and the terminal show it. Holds no wall time, so that two runs are alike. */
export const backtestReportSchema = z.object({
  format: z.literal(1),
  recording: z.object({
    files: z.array(z.string()),
    /** Of the records that were played, by their timestamps; null where there were none. */
    from: z.string().nullable(),
    to: z.string().nullable(),
    records: count,
    /** Records that were older than one before them: they came as soon as they could. */
    late_records: count,
    /** Lines that `--skip-bad` passed over, by what is wrong with them. */
    skipped: counts,
  }),
  model: z.object({
    mode: z.enum(['none', 'scripted', 'journal', 'live']),
    /** Calls whose answer was known, was asked for, or could not be had. */
    answers: z.object({ known: count, asked: count, missing: count }),
    latency: z.string(),
    /** Whether the limits of the configuration were kept, in virtual time. */
    limits: z.boolean(),
  }),
  events: z.object({
    total: count,
    by_topic: counts,
    /** By the reason for which the pipeline could not process them. */
    dead_lettered: counts,
    /** Matched by no rule, of those that some rule's types cover or not. */
    unmatched: count,
  }),
  total: spendingSchema.extend({ windows: count, alerts: count, decisions: count }),
  rules: z.array(ruleReportSchema),
  /** The first 400. */
  days: z.array(daySchema),
  days_omitted: count,
  hours: z.array(hourSchema),
  timeline: timelineSchema.nullable(),
  /** The first 500, in the order in which they were raised. */
  alerts: z.array(reportedAlertSchema),
  alerts_omitted: count,
  /** With limits: what waited for them, by model. */
  queues: z.record(
    z.string(),
    z.object({ waited_ms: spreadSchema, late: count, late_after_seconds: z.number() }),
  ),
})

export type BacktestReport = z.infer<typeof backtestReportSchema>
export type RuleReport = z.infer<typeof ruleReportSchema>
export type Spread = z.infer<typeof spreadSchema>
