import { z } from 'zod'
import { NAME_CHARACTERS_MAX } from './event.ts'
import { EVENT_DEPTH_MAX, isDeeper } from './is-deeper.ts'
import { closings, outcomes } from './outcomes.ts'
import { SINCE_START_MS_MAX, sinceStartSchema } from './since-start.ts'
import { testArrivals } from './test-arrivals.ts'

/** Most tests of one rule. */
export const RULE_TESTS_MAX = 100
/** Most events of a test, and most answers, repeats included. */
export const TEST_EVENTS_MAX = 10_000

/** How a call to the model may fail in a test: what an adapter reports. */
const failures = [
  'model_rate_limited',
  'model_overloaded',
  'model_timeout',
  'model_unreachable',
  'model_key_rejected',
  'model_out_of_money',
  'model_request_rejected',
  'model_refused',
  'model_content_filtered',
  'answer_truncated',
] as const

const repeatSchema = z.int().min(1).max(TEST_EVENTS_MAX).optional()

/** Checks that look at several fields are made whatever is wrong with another. */
const whenMapping = {
  when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null,
}

const testEventSchema = z.strictObject({
  event_type: z.string().min(1).max(NAME_CHARACTERS_MAX),
  data: z
    .record(z.string(), z.unknown())
    .refine(data => !isDeeper(data, EVENT_DEPTH_MAX - 1), {
      message: `nests deeper than an event may, which is ${EVENT_DEPTH_MAX} levels`,
    })
    .optional(),
  context_key: z.string().max(NAME_CHARACTERS_MAX).optional(),
  event_id: z.string().min(1).max(NAME_CHARACTERS_MAX).optional(),
  source: z.string().optional(),
  /** As in an event; when it arrives is `at`. */
  timestamp: z
    .unknown()
    .refine(value => value === undefined || typeof value === 'string' || typeof value === 'number', {
      message: 'must be a time such as 2026-11-20T10:00:00.123Z, or epoch milliseconds',
    })
    .optional(),
  /** When it arrives; as the event before it where it is absent, the first at the start. */
  at: sinceStartSchema.optional(),
  repeat: repeatSchema,
  /** The time between the repeats; none where it is absent. */
  every: sinceStartSchema.optional(),
})

/** The events of a test, in the order in which they arrive. */
export const testEventsSchema = z
  .array(testEventSchema)
  .min(1)
  .max(TEST_EVENTS_MAX)
  .superRefine((events, context) => {
    const refuse = (path: readonly PropertyKey[], message: string) => {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
    const arrivals = testArrivals(events)
    for (const [index, { event, count, firstMs, previousMs }] of arrivals.entries()) {
      if (firstMs < previousMs)
        refuse([index, 'at'], 'is before the event above it; write events as they arrive')
      if (event.every !== undefined && count === 1) {
        refuse([index, 'every'], 'only with repeat: it is the time between the repeats')
      }
    }
    const total = arrivals.reduce((sum, { count }) => sum + count, 0)
    if (total > TEST_EVENTS_MAX) {
      refuse([], `a test has at most ${TEST_EVENTS_MAX} events, repeats included; these are ${total}`)
    }
    if (arrivals.some(({ lastMs }) => lastMs > SINCE_START_MS_MAX)) {
      refuse([], 'the last event must arrive within 24h of the start; see at, repeat and every')
    }
  })

const testAnswerSchema = z
  .strictObject({
    should_trigger: z.boolean().optional(),
    confidence: z.number().min(0).max(1).optional(),
    reason: z.string().max(4000).optional(),
    /** The text of the answer, whatever is wrong with it. */
    raw: z.string().max(100_000).optional(),
    /** The call fails in its place. */
    failure: z.enum(failures).optional(),
    repeat: repeatSchema,
  })
  .superRefine((answer, context) => {
    const kinds = [answer.should_trigger, answer.raw, answer.failure].filter(part => part !== undefined)
    if (kinds.length !== 1) {
      const message = 'must have one of should_trigger (with confidence), raw and failure'
      context.addIssue({ code: 'custom', path: [], message })
      return
    }
    const isVerdict = answer.should_trigger !== undefined
    if (isVerdict && answer.confidence === undefined) {
      context.addIssue({ code: 'custom', path: ['confidence'], message: 'is required with should_trigger' })
    }
    for (const field of isVerdict ? [] : (['confidence', 'reason'] as const)) {
      if (answer[field] === undefined) continue
      context.addIssue({ code: 'custom', path: [field], message: 'only with should_trigger' })
    }
  }, whenMapping)

/** What the model is taken to say, one call after the other. */
export const testAnswersSchema = z.array(testAnswerSchema).max(TEST_EVENTS_MAX)

/** One window in the order in which they were decided; what is absent is not looked at. */
const expectedWindowSchema = z.strictObject({
  key: z.string().optional(),
  event_count: z.int().min(1).optional(),
  closed_by: z.enum(closings).optional(),
  closed_at: sinceStartSchema.optional(),
  outcome: z.enum(outcomes).optional(),
  confidence: z.number().min(0).max(1).optional(),
  reason: z.string().min(1).optional(),
})

const expectationSchema = z
  .strictObject({
    alerts: z.int().min(0).optional(),
    model_calls: z.int().min(0).optional(),
    /** Of every window. */
    outcome: z.enum(outcomes).optional(),
    /** Of all windows, in the order in which they were decided. */
    outcomes: z.array(z.enum(outcomes)).optional(),
    /** Some reason contains it. */
    reason: z.string().min(1).optional(),
    /** All windows, in the order in which they were decided. */
    windows: z.array(expectedWindowSchema).optional(),
  })
  .superRefine((expected, context) => {
    if (Object.keys(expected).length > 0) return
    const message = 'must expect something: alerts, model_calls, outcome, outcomes, reason or windows'
    context.addIssue({ code: 'custom', path: [], message })
  }, whenMapping)

/** A test beside its rule: events in virtual time, what the model is taken to say, and what is to come of it. */
const ruleTestSchema = z.strictObject({
  name: z.string().min(1).max(200),
  events: testEventsSchema,
  answers: testAnswersSchema.optional(),
  expect: expectationSchema,
})

/** All tests of a rule. */
export const ruleTestsSchema = z
  .array(ruleTestSchema)
  .max(RULE_TESTS_MAX)
  .superRefine((tests, context) => {
    const names = tests.map(({ name }) => name)
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue
      const message = 'is also the name of a test above; each needs its own'
      context.addIssue({ code: 'custom', path: [index, 'name'], message })
    }
  })

export type TestEvent = z.infer<typeof testEventSchema>
export type TestAnswer = z.infer<typeof testAnswerSchema>
export type RuleTest = z.infer<typeof ruleTestSchema>
export type Expectation = z.infer<typeof expectationSchema>
export type ExpectedWindow = z.infer<typeof expectedWindowSchema>
