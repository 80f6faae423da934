import { z } from 'zod'
import { ruleSchema } from '../../schemas/rule.ts'
import type { AnswerDescription, RouteDescription } from '../http/http-route.ts'
import { pageSchema } from '../http/page-schema.ts'
import { fieldProblemSchema } from '../http/problem-document.ts'

const text = z.string()
const flag = z.enum(['true', 'false']).optional()

const listQuery = z.object({
  event_type: text.optional().describe('Only rules that look at events of this type.'),
  enabled: flag.describe('Only rules that are enabled, or that are not.'),
  name_contains: text.optional().describe('Only rules with this in their name.'),
  limit: text.regex(/^\d+$/).optional().describe('Most items, 1 to 1000.'),
  cursor: text.optional().describe('The next_cursor of an answer: what follows.'),
})

const writeQuery = z.object({
  dry_run: flag.describe('Says what would be, and changes nothing.'),
  force: flag.describe("Also where the rule's own tests fail."),
})

const exampleRule = {
  name: 'Large buys',
  event_types: ['trade.signal'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 50000' } },
}

/** A rule as it is sent: its id may be left out, defaults are filled in. */
const sentRule = ruleSchema.partial({ rule_id: true }).meta({ examples: [exampleRule] })

const previewSchema = z.object({
  rule: ruleSchema,
  changes: z
    .array(z.object({ path: text, before: z.unknown(), after: z.unknown() }))
    .describe('Each field that differs; null where a rule has none of it.'),
  warnings: z.array(fieldProblemSchema).describe('What is doubtful, and no reason to refuse the rule.'),
})

const params = { id: 'Its rule_id.' }
const ifMatch = {
  'If-Match': 'The version that is changed, in quotes, such as "3": with another one nothing is changed.',
}
const tag = { ETag: 'Its version, in quotes.' }
const answered: AnswerDescription = { about: 'The rule, whole.', schema: ruleSchema, headers: tag }
const written: AnswerDescription = {
  about: 'The rule as it is now; with dry_run what would be, without an ETag.',
  schema: z.union([ruleSchema, previewSchema]),
  headers: tag,
}
const writing = { params, query: writeQuery, headers: ifMatch, answers: { 200: written } }
const changeProblems = [404, 412, 422, 503] as const

/** What is said of each operation on rules. */
export const ruleDescriptions = {
  list: {
    id: 'listRules',
    summary: 'The rules of the deployment, by their ids',
    query: listQuery,
    answers: { 200: { about: 'A part of them.', schema: pageSchema(ruleSchema) } },
  },
  create: {
    id: 'createRule',
    summary: 'A new rule; without a rule_id it gets one',
    query: writeQuery,
    headers: ifMatch,
    body: sentRule,
    answers: {
      200: { about: 'With dry_run: what would be.', schema: previewSchema },
      201: { ...answered, headers: { ...tag, Location: 'Where it is.' } },
    },
    problems: [409, 412, 422, 503],
  },
  validate: {
    id: 'validateRule',
    summary: 'Everything that is wrong with a rule; nothing is written',
    body: z.looseObject({}),
    answers: {
      200: {
        about: 'Whether it could be written, and why not.',
        schema: z.object({ valid: z.boolean(), problems: z.array(fieldProblemSchema) }),
      },
    },
  },
  get: { id: 'getRule', summary: 'One rule', params, answers: { 200: answered }, problems: [404] },
  replace: {
    ...writing,
    id: 'replaceRule',
    summary: 'Puts a whole rule in the place of another one',
    body: sentRule,
    problems: changeProblems,
  },
  patch: {
    ...writing,
    id: 'changeRule',
    summary: 'Changes parts of a rule, by a merge patch; null takes a key away',
    patch: ruleSchema.meta({ examples: [{ priority: 200 }] }),
    problems: changeProblems,
  },
  remove: {
    id: 'deleteRule',
    summary: 'Takes a rule away; its open windows end as cancelled',
    params,
    headers: ifMatch,
    answers: { 204: { about: 'It is gone.' } },
    problems: [404, 412, 503],
  },
  setStatus: {
    ...writing,
    id: 'setRuleStatus',
    summary: 'Switches a rule on or off',
    body: z.strictObject({ enabled: z.boolean() }),
    problems: changeProblems,
  },
} satisfies Readonly<Record<string, RouteDescription>>
