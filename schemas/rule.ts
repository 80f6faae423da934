import { z } from 'zod'

export const ruleTypes = ['traditional', 'llm', 'hybrid'] as const
export const triggerModes = ['realtime', 'batch', 'interval'] as const
export const callPriorities = ['low', 'medium', 'high', 'critical'] as const

/** What becomes of a window when the money of the day is spent. */
export const budgetFallbacks = ['skip', 'expression_only', 'hold'] as const

export type BudgetFallback = (typeof budgetFallbacks)[number]
export type TriggerMode = (typeof triggerModes)[number]
export type CallPriority = (typeof callPriorities)[number]

/** Checks that look at several fields are made whatever is wrong with another, so that every problem is told at once. */
const alsoWhenOtherwiseWrong = {
  when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null,
}

const preFilterSchema = z.strictObject({ expression: z.string().min(1).max(4096) })

const llmConfigSchema = z
  .strictObject({
    description: z.string().min(1).max(4000),
    trigger_mode: z.enum(triggerModes).default('realtime'),
    batch_size: z.int().min(1).max(1000).optional(),
    max_wait_seconds: z.int().min(1).max(3600).optional(),
    interval_seconds: z.int().min(1).max(3600).optional(),
    confidence_threshold: z.number().min(0).max(1).default(0.7),
    model: z.string().min(1).optional(),
    call_priority: z.enum(callPriorities).default('medium'),
    on_failure: z.enum(['dead_letter', 'trigger']).default('dead_letter'),
    /** In place of the configured one; 0: neither read nor written. */
    cache_ttl_seconds: z.int().min(0).max(604_800).optional(),
    budget_usd_per_day: z.number().positive().optional(),
    on_budget: z.enum(budgetFallbacks).default('skip'),
  })
  .superRefine((config, context) => {
    const belongsTo = {
      batch_size: 'batch',
      max_wait_seconds: 'batch',
      interval_seconds: 'interval',
    } as const
    for (const [field, mode] of Object.entries(belongsTo)) {
      if (field in config && config.trigger_mode !== mode) {
        context.addIssue({ code: 'custom', path: [field], message: `only with trigger_mode: ${mode}` })
      }
    }
  }, alsoWhenOtherwiseWrong)
  .transform(config => ({
    ...config,
    ...(config.trigger_mode === 'batch' && {
      batch_size: config.batch_size ?? 10,
      max_wait_seconds: config.max_wait_seconds ?? 60,
    }),
    ...(config.trigger_mode === 'interval' && { interval_seconds: config.interval_seconds ?? 30 }),
  }))

// The sections are checked apart from the union so that a missing and a superfluous one are named as such.
const ruleConfigSchema = z
  .strictObject({
    rule_type: z.enum(ruleTypes),
    pre_filter: preFilterSchema.optional(),
    llm_config: llmConfigSchema.optional(),
  })
  .superRefine((config, context) => {
    if (!ruleTypes.includes(config.rule_type)) return
    const onBudget = config.llm_config?.on_budget
    if (onBudget === 'expression_only' && config.rule_type !== 'hybrid') {
      const message = 'expression_only needs an expression: only with rule_type: hybrid'
      context.addIssue({ code: 'custom', path: ['llm_config', 'on_budget'], message })
    }
    const needed = { pre_filter: config.rule_type !== 'llm', llm_config: config.rule_type !== 'traditional' }
    for (const section of ['pre_filter', 'llm_config'] as const) {
      const present = config[section] !== undefined
      if (present === needed[section]) continue
      const verb = present ? 'must not have' : 'needs'
      context.addIssue({
        code: 'custom',
        path: [section],
        message: `a ${config.rule_type} rule ${verb} ${section}`,
      })
    }
  }, alsoWhenOtherwiseWrong)

const notifyPolicySchema = z
  .strictObject({
    targets: z.array(z.looseObject({ channel: z.string().min(1) })).default([]),
    rate_limit: z
      .strictObject({
        max_per_minute: z.int().min(0).default(5),
        cooldown_seconds: z.int().min(0).default(60),
      })
      .prefault({}),
  })
  .prefault({})

/** Who changes rules; what people changed over the CLI or the API is not changed back by a file. */
const ruleAuthorSchema = z.enum(['file', 'cli', 'api'])

export type RuleAuthor = z.infer<typeof ruleAuthorSchema>

/** A rule as in a file, on the rules topic and over HTTP; defaults are filled in by parsing. */
export const ruleSchema = z.strictObject({
  rule_id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, 1 to 64 of them'),
  name: z.string().min(1).max(100),
  description: z.string().max(500).default(''),
  enabled: z.boolean().default(true),
  priority: z.int().min(0).max(1000).default(100),
  event_types: z
    .array(
      z
        .string()
        .min(1)
        .max(256)
        .refine(
          type =>
            !type.slice(0, -1).includes('*') && (!type.endsWith('*') || type === '*' || type.endsWith('.*')),
          {
            message: 'must be an exact type, or a prefix that ends with .*',
          },
        ),
    )
    .min(1),
  group_by: z.array(z.string().min(1).max(256)).min(1).optional(),
  rule_config: ruleConfigSchema,
  notify_policy: notifyPolicySchema,
  tests: z.array(z.looseObject({ name: z.string() })).optional(),
  metadata: z
    .looseObject({
      version: z.int().min(1).default(1),
      created_at: z.iso.datetime().optional(),
      created_by: ruleAuthorSchema.optional(),
      updated_at: z.iso.datetime().optional(),
      updated_by: ruleAuthorSchema.optional(),
    })
    .prefault({}),
})

export type Rule = z.infer<typeof ruleSchema>
