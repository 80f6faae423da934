import type { SchedulerLike } from 'rxjs'
import { z } from 'zod'
import { explainRule } from '../../operators/explaining/explain-rule.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { type Rule, ruleTypes, triggerModes } from '../../schemas/rule.ts'
import { isMapping } from '../documents/is-mapping.ts'
import { givenEvent } from '../explaining/given-event.ts'
import type { Answer, HttpRoute, RouteDescription } from '../http/http-route.ts'
import { problemAnswer } from '../http/problem-answer.ts'

export interface ExplainRouteOptions {
  readonly ruleOf: (ruleId: string) => Rule | undefined
  /** The time of an event that has none. */
  readonly clock: Pick<SchedulerLike, 'now'>
}

const partSchema = z.object({
  text: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
  value: z.unknown().optional(),
  unknown: z.string().optional().describe('Why it has no value.'),
  get parts() {
    return z.array(partSchema)
  },
})

const describe: RouteDescription = {
  id: 'explainRule',
  summary: 'Why an event would match the rule or not, condition by condition, without a model',
  params: { id: 'Its rule_id.' },
  body: z.looseObject({ event_type: z.string(), data: z.looseObject({}).optional() }),
  answers: {
    200: {
      about: 'Each condition, and which is the first that does not hold.',
      schema: z.object({
        rule_id: z.string(),
        rule_version: z.int().min(1),
        rule_type: z.enum(ruleTypes),
        event_id: z.string(),
        matches: z.boolean(),
        result: z.enum(['match', 'no_match', 'unknown', 'no_key', 'disabled', 'other_event_type']),
        why: z.string(),
        enabled: z.boolean(),
        event_type: z.object({ value: z.string(), accepted: z.array(z.string()), matches: z.boolean() }),
        expression: partSchema.nullable(),
        key: z.object({
          value: z.string().nullable(),
          fields: z.array(z.object({ field: z.string(), value: z.unknown().optional() })),
        }),
        window: z.object({ trigger_mode: z.enum(triggerModes).nullable(), closes: z.string() }),
      }),
    },
  },
  problems: [404, 422],
}

/** `/rules/{id}/explain`: why an event would match the rule or not, without a model. */
export function explainRoute({ ruleOf, clock }: ExplainRouteOptions): HttpRoute {
  const answer = (ruleId: string, body: unknown): Answer => {
    const rule = ruleOf(ruleId)
    if (rule === undefined) {
      return problemAnswer({ status: 404, code: 'not_found', detail: `no rule has the id ${ruleId}` })
    }
    if (!isMapping(body)) {
      const detail = 'the body must be an event: {"event_type": "trade.signal", "data": {…}}'
      return problemAnswer({ status: 400, code: 'malformed', detail })
    }
    const event = givenEvent(body, clock.now())
    if (!(event instanceof PipelineError)) return { status: 200, body: explainRule(rule, event) }
    const problems = [{ path: '', message: event.message }]
    return problemAnswer({ status: 422, code: 'invalid', detail: 'the event is none', problems })
  }
  return {
    path: '/rules/:id/explain',
    methods: { POST: { describe, answer: ({ params, body }) => answer(params['id'] ?? '', body) } },
  }
}
