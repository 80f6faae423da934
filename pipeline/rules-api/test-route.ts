import { z } from 'zod'
import { alertSchema } from '../../schemas/alert.ts'
import { decisionSchema } from '../../schemas/decision.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { testAnswersSchema, testEventsSchema } from '../../schemas/rule-test.ts'
import type { Rule } from '../../schemas/rule.ts'
import { isMapping } from '../documents/is-mapping.ts'
import { shapeFindings } from '../documents/shape-findings.ts'
import type { Answer, AskedRequest, HttpRoute, RouteDescription } from '../http/http-route.ts'
import { problemAnswer } from '../http/problem-answer.ts'
import type { FieldProblem } from '../http/problem-document.ts'
import { checkRuleValue } from '../rule-files/check-rule-value.ts'
import { eventProblems } from '../rule-tests/event-problems.ts'
import { fieldProblems } from './field-problems.ts'
import type { ServedTests } from './served-tests.ts'
import { tooManyEvents } from './too-many-events.ts'

const exampleBody = {
  rule: {
    name: 'Large buys',
    event_types: ['trade.signal'],
    rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 50000' } },
  },
  events: [{ event_type: 'trade.signal', data: { volume: 60_000 }, repeat: 2 }],
}

const bodySchema = z
  .strictObject({
    rule: z.record(z.string(), z.unknown()),
    events: testEventsSchema,
    answers: testAnswersSchema.optional(),
  })
  .meta({ examples: [exampleBody] })

const describe: RouteDescription = {
  id: 'testRule',
  summary: 'What would come of some events, in virtual time; nothing is stored and no model is called',
  body: bodySchema,
  answers: {
    200: {
      about: 'What came of them.',
      schema: z.object({
        alerts: z.array(alertSchema),
        model_calls: z.int().min(0),
        decisions: z.array(decisionSchema),
      }),
    },
  },
  problems: [422, 503],
}

/** `/rules/test`: what would come of some events, in virtual time; nothing is stored and no model is called. */
export function testRoute(tests: Pick<ServedTests, 'run'>): HttpRoute {
  const answer = (request: AskedRequest) => answerTest(request, tests)
  return { path: '/rules/test', sharesPath: true, methods: { POST: { describe, answer } } }
}

async function answerTest({ body }: AskedRequest, tests: Pick<ServedTests, 'run'>): Promise<Answer> {
  if (!isMapping(body)) {
    const detail = 'the body must be an object: {"rule": {…}, "events": […], "answers": […]}'
    return problemAnswer({ status: 400, code: 'malformed', detail })
  }
  const asked = readBody(body)
  if (!asked.ok) return invalid(asked.problems)
  try {
    const { alerts, model_calls, decisions } = await tests.run(asked.rule, asked.test)
    return { status: 200, body: { alerts, model_calls, decisions } }
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'test_too_long') throw error
    return invalid([{ path: 'events', message: error.message }])
  }
}

type Asked =
  | { readonly ok: true; readonly rule: Rule; readonly test: z.infer<typeof bodySchema> }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] }

function readBody(body: Readonly<Record<string, unknown>>): Asked {
  const parsed = bodySchema.safeParse(body)
  const { rule, problems: ofRule } = readRule(body['rule'])
  if (!parsed.success) {
    const shape = fieldProblems(shapeFindings(body, bodySchema, parsed.error.issues))
    return { ok: false, problems: [...shape, ...ofRule] }
  }
  const problems = [...ofRule, ...ofEvents(parsed.data.events)]
  if (rule === undefined || problems.length > 0) return { ok: false, problems }
  return { ok: true, rule, test: parsed.data }
}

/** What is no mapping is told by the shape of the body. */
function readRule(value: unknown): { rule: Rule | undefined; problems: readonly FieldProblem[] } {
  if (!isMapping(value)) return { rule: undefined, problems: [] }
  const { rule, findings } = checkRuleValue(value, { ids: 'optional' })
  return { rule, problems: fieldProblems(findings.map(one => ({ ...one, path: ['rule', ...one.path] }))) }
}

function ofEvents(events: z.infer<typeof testEventsSchema>): readonly FieldProblem[] {
  const tooMany = tooManyEvents(events)
  if (tooMany !== null) return [{ path: 'events', message: tooMany }]
  return eventProblems(events).map(({ index, message }) => ({
    path: index === null ? 'events' : `events.${index}`,
    message,
  }))
}

function invalid(problems: readonly FieldProblem[]): Answer {
  return problemAnswer({ status: 422, code: 'invalid', detail: 'nothing was tested', problems })
}
