import { z } from 'zod'
import type { outcomes } from '../outcomes.ts'

/** Most alerts that are named one by one. */
const EXPECTED_ALERTS_MAX = 10_000
/** Most rules of which something is expected. */
const EXPECTED_RULES_MAX = 10_000
/** Most keys of one rule that are named. */
const EXPECTED_KEYS_MAX = 10_000

/** Checks that look at several fields are made whatever is wrong with another. */
const whenMapping = {
  when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null,
}

/** A number for exactly so many, or a mapping of `min` and `max`, of which one may be left out. */
function range(number: z.ZodNumber | z.ZodInt, words: string) {
  return z.preprocess(
    (value, context) => {
      if (number.safeParse(value).success) return { min: value, max: value }
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
      context.addIssue({ code: 'custom', message: `must be ${words}, or a mapping of min and max` })
      return z.NEVER
    },
    z
      .strictObject({ min: number.optional(), max: number.optional() })
      .refine(({ min, max }) => min !== undefined || max !== undefined, {
        error: 'must have min, max or both',
      })
      .refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
        error: 'must have a min that is not above its max',
      }),
  )
}

const countRange = range(z.int().min(0), 'a whole number from 0 on')
const dollarRange = range(z.number().min(0), 'a number from 0 on')

const outcomesSchema = z.strictObject({
  triggered: countRange.optional(),
  not_triggered: countRange.optional(),
  below_threshold: countRange.optional(),
  undecided: countRange.optional(),
  cancelled: countRange.optional(),
  skipped: countRange.optional(),
} satisfies Readonly<Record<(typeof outcomes)[number], unknown>>)

/** What may be expected of a whole run, and of one rule. */
const quantities = {
  alerts: countRange.optional(),
  /** Requests to a model, corrective calls included. */
  model_calls: countRange.optional(),
  cost_usd: dollarRange.optional(),
  /** Windows, whatever came of them. */
  windows: countRange.optional(),
  /** Windows by what came of them; what is absent is not looked at. */
  outcomes: outcomesSchema.optional(),
}

const expectedRuleSchema = z
  .strictObject({
    ...quantities,
    /** The keys with an alert: these and no others. */
    keys: z.array(z.string()).max(EXPECTED_KEYS_MAX).optional(),
  })
  .refine(rule => Object.keys(rule).length > 0, {
    error: `must expect something: ${[...Object.keys(quantities), 'keys'].join(', ')}`,
    ...whenMapping,
  })

const expectedAlertSchema = z.strictObject({
  rule_id: z.string().min(1),
  key: z.string(),
  /** When it is raised, in the time of the recording. */
  at: z.iso.datetime({ offset: true, error: 'a time such as 2026-11-20T10:03:00Z' }),
  /** So much earlier or later is fine. */
  within_seconds: z.number().min(0).max(86_400).default(60),
})

/** What is to come of a backtest: the file of `backtest --expect`. What is absent is not looked at. */
export const backtestExpectationSchema = z
  .strictObject({
    ...quantities,
    /** Questions that the answers had no answer to. */
    answers_missing: countRange.optional(),
    /** By the ids of rules. */
    rules: z
      .record(z.string().min(1), expectedRuleSchema)
      .refine(rules => Object.keys(rules).length <= EXPECTED_RULES_MAX, {
        error: `must have at most ${EXPECTED_RULES_MAX} rules`,
        ...whenMapping,
      })
      .optional(),
    /** Each is met by an alert of its own. */
    alerts_at: z.array(expectedAlertSchema).max(EXPECTED_ALERTS_MAX).optional(),
    /** No alert is raised that `alerts_at` does not name. */
    no_other_alerts: z.boolean().optional(),
  })
  .superRefine((expected, context) => {
    if (Object.keys(expected).length === 0) {
      context.addIssue({ code: 'custom', path: [], message: 'must expect something, such as alerts: 3' })
    }
    if (expected.no_other_alerts !== undefined && expected.alerts_at === undefined) {
      const message = 'only with alerts_at; alerts: 0 is to say that there are none'
      context.addIssue({ code: 'custom', path: ['no_other_alerts'], message })
    }
  }, whenMapping)

export type BacktestExpectation = z.infer<typeof backtestExpectationSchema>
export type ExpectedRule = z.infer<typeof expectedRuleSchema>
export type ExpectedAlert = z.infer<typeof expectedAlertSchema>
export type ExpectedRange = z.infer<typeof countRange>
