import { z } from 'zod'
import { decodeEventTimestamp } from '../../operators/events/decode-event-timestamp.ts'
import { decisionSchema } from '../../schemas/decision.ts'
import { outcomes } from '../../schemas/outcomes.ts'
import type { Answer, AskedRequest, HttpRoute, RouteDescription } from '../http/http-route.ts'
import { pageQuerySchema } from '../http/list-page.ts'
import { pageSchema } from '../http/page-schema.ts'
import { problemAnswer } from '../http/problem-answer.ts'
import { decodePositions } from './decode-positions.ts'
import { encodePositions } from './encode-positions.ts'
import { type HistorySource, readHistory } from './read-history.ts'

/** Pages that are read at once; each holds up to a page in memory. */
const READING_MAX = 4

const exampleTimes = ['2026-11-20T10:00:00Z']
const timeSchema = z
  .string()
  .meta({ examples: exampleTimes })
  .transform((text, context) => {
    const time = decodeEventTimestamp(text)
    if (time !== undefined) return Date.parse(time)
    context.addIssue({ code: 'custom', message: 'is a time such as 2026-11-20T10:00:00Z' })
    return z.NEVER
  })

const cursorSchema = z.string().transform((text, context) => {
  const positions = decodePositions(text)
  if (positions !== null) return positions
  context.addIssue({ code: 'custom', message: 'is the next_cursor of an answer' })
  return z.NEVER
})

const questionSchema = pageQuerySchema.extend({
  outcome: z
    .enum(outcomes, { error: `is one of ${outcomes.join(', ')}` })
    .optional()
    .describe('Only decisions with this outcome.'),
  from: timeSchema.optional().describe('Only what was decided at this time or later.'),
  to: timeSchema.optional().describe('Only what was decided before this time.'),
  cursor: cursorSchema.optional().describe('The next_cursor of an answer, for what follows it.'),
})

const describe: RouteDescription = {
  id: 'listRuleDecisions',
  summary: 'The decisions of a rule, the newest first, also of one that is gone',
  params: { id: 'Of the rule.' },
  query: questionSchema,
  answers: {
    200: {
      about: 'A page of it; one that costs too much ends early, even empty, with a cursor.',
      // As they were written: by an earlier version with fewer fields, by a later one with more.
      schema: pageSchema(
        z.looseObject({ ...decisionSchema.shape, budget: decisionSchema.shape.budget.optional() }),
      ),
    },
  },
  problems: [503],
}

export interface HistoryRoutesOptions extends HistorySource {
  /** Of the topic. */
  readonly partitions: number
}

/** `/rules/{id}/history`: the decisions of a rule, the newest first, also of one that is gone. */
export function historyRoutes(source: HistoryRoutesOptions): readonly HttpRoute[] {
  let reading = 0
  const page = async ({ params, query }: AskedRequest): Promise<Answer> => {
    const asked = questionSchema.safeParse(query)
    if (!asked.success) return malformed(problemOf(asked.error))
    const { outcome, from: fromMs, to: toMs, cursor: before, limit } = asked.data
    if (before !== undefined && before.length !== source.partitions)
      return malformed('cursor is the next_cursor of an answer')
    if (reading >= READING_MAX) return busy
    reading++
    try {
      const question = { ruleId: params['id'] ?? '', outcome, fromMs, toMs, before, limit }
      return answerOf(await readHistory(question, source))
    } finally {
      reading--
    }
  }
  return [{ path: '/rules/:id/history', methods: { GET: { describe, answer: page } } }]
}

/** The decisions are JSON already. */
function answerOf({ items, next }: Awaited<ReturnType<typeof readHistory>>): Answer {
  const cursor = JSON.stringify(next === null ? null : encodePositions(next))
  const body = `{"items":[${items.join(',')}],"next_cursor":${cursor}}`
  return { status: 200, type: 'application/json', body }
}

const busy = problemAnswer({
  status: 503,
  code: 'busy',
  detail: `${READING_MAX} pages of histories are read at the moment; try again`,
  headers: { 'retry-after': '1' },
})

function problemOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')
}

function malformed(detail: string): Answer {
  return problemAnswer({ status: 400, code: 'malformed', detail })
}
