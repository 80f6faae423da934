import { z } from 'zod'
import { ruleTestsSchema } from './rule-test.ts'

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

/** Lines of text; what a terminal or a model would take as more than text is no part of it. */
function text(lengthMax: number) {
  return z
    .string()
    .max(lengthMax)
    .regex(/^[\P{Cc}\t\n\r]*$/u, 'has control characters other than tabs and line ends')
}

const preFilterSchema = z
  .strictObject({
    expression: z
      .string()
      .min(1)
      .max(4096)
      .meta({
        description:
          'True for the events that matter: comparisons and && || ! over event_id, event_type, source, timestamp, context_key and the fields of data.',
        examples: ['side == "buy" && volume > 50000'],
      }),
  })
  .describe('Which events the rule looks at; needs no model.')

const llmConfigSchema = z
  .strictObject({
    description: text(4000).min(1).describe('In your own words: when the model is to say yes.'),
    trigger_mode: z
      .enum(triggerModes)
      .default('realtime')
      .describe('When the model is asked: for each event, for batches, or at each tick of a period.'),
    batch_size: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('Only with batch: asked at so many events; 10 where it is absent.'),
    max_wait_seconds: z
      .int()
      .min(1)
      .max(3600)
      .optional()
      .describe(
        'Only with batch: asked so long after the first event, however few there are; 60 where it is absent.',
      ),
    interval_seconds: z
      .int()
      .min(1)
      .max(3600)
      .optional()
      .describe('Only with interval: the period; 30 where it is absent.'),
    confidence_threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.7)
      .describe('A yes with less confidence raises no alert.'),
    model: z.string().min(1).optional().describe('A configured model; models.default where it is absent.'),
    call_priority: z
      .enum(callPriorities)
      .default('medium')
      .describe('Whose calls go first when they must wait.'),
    on_failure: z
      .enum(['dead_letter', 'trigger'])
      .default('dead_letter')
      .describe('What becomes of events for which the model gives no verdict.'),
    cache_ttl_seconds: z
      .int()
      .min(0)
      .max(604_800)
      .optional()
      .describe(
        'How old an answer to the same question may be, in place of the configured time; 0: not kept at all.',
      ),
    budget_usd_per_day: z.number().positive().optional().describe('What its calls may cost on a UTC day.'),
    on_budget: z.enum(budgetFallbacks).default('skip').describe('What happens when that is spent.'),
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
  .overwrite(config => ({
    ...config,
    ...(config.trigger_mode === 'batch' && {
      batch_size: config.batch_size ?? 10,
      max_wait_seconds: config.max_wait_seconds ?? 60,
    }),
    ...(config.trigger_mode === 'interval' && { interval_seconds: config.interval_seconds ?? 30 }),
  }))

/** The same check as below, for editors, which know no functions. */
const neededSections = ruleTypes.map(type => ({
  if: { properties: { rule_type: { const: type } }, required: ['rule_type'] },
  then: {
    required: [...(type === 'llm' ? [] : ['pre_filter']), ...(type === 'traditional' ? [] : ['llm_config'])],
    properties: {
      ...(type === 'llm' && { pre_filter: false }),
      ...(type === 'traditional' && { llm_config: false }),
    },
  },
}))

// The sections are checked apart from the union so that a missing and a superfluous one are named as such.
const ruleConfigSchema = z
  .strictObject({
    rule_type: z
      .enum(ruleTypes)
      .describe(
        'traditional: pre_filter alone; llm: llm_config alone; hybrid: the model is asked about what passes pre_filter.',
      ),
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
  .meta({ allOf: neededSections })

const notifyPolicySchema = z
  .strictObject({
    targets: z
      .array(z.looseObject({ channel: z.string().min(1).describe('A configured channel.') }))
      .default([])
      .describe('Who is told.'),
    rate_limit: z
      .strictObject({
        max_per_minute: z.int().min(0).default(5).describe('For each key; 0: any number.'),
        cooldown_seconds: z.int().min(0).default(60).describe('Quiet after an alert, for each key; 0: none.'),
      })
      .prefault({}),
  })
  .prefault({})

/** Who changes rules; what people changed over the CLI or the API is not changed back by a file. */
const ruleAuthorSchema = z.enum(['file', 'cli', 'api'])

export type RuleAuthor = z.infer<typeof ruleAuthorSchema>

/** A rule as in a file, on the rules topic and over HTTP; defaults are filled in by parsing. */
export const ruleSchema = z.strictObject({
  rule_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -, 1 to 64 of them')
    .describe('Its own among all rules; it never changes.'),
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}*$/u, 'has control characters: it is one line of text')
    .describe('As people see it in alerts.'),
  description: text(500).default('').describe('For people; no model reads it.'),
  enabled: z.boolean().default(true).describe('false: it sees no events.'),
  priority: z.int().min(0).max(1000).default(100).describe('Higher is evaluated first.'),
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
    .min(1)
    .meta({
      description: 'The types of events that it looks at: exact, or a prefix that ends with .*',
      examples: [['trade.signal'], ['trade.*']],
    }),
  group_by: z
    .array(z.string().min(1).max(256))
    .min(1)
    .optional()
    .meta({
      description:
        'Fields that keep events apart, such as data.symbol; the context_key of the event where it is absent.',
      examples: [['data.symbol']],
    }),
  rule_config: ruleConfigSchema.describe('When it triggers.'),
  notify_policy: notifyPolicySchema.describe('Who is told of its alerts, and how often.'),
  tests: ruleTestsSchema.optional().describe('Cases that show what it does.'),
  metadata: z
    .looseObject({
      version: z.int().min(1).default(1).describe('Grows with every change.'),
      created_at: z.iso.datetime().optional(),
      created_by: ruleAuthorSchema.optional(),
      updated_at: z.iso.datetime().optional(),
      updated_by: ruleAuthorSchema.optional(),
    })
    .prefault({})
    .describe('Who changed it, and when; filled in where rules are kept.'),
})

export type Rule = z.infer<typeof ruleSchema>
