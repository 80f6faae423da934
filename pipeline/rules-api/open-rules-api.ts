import { z } from 'zod'
import { isMapping } from '../documents/is-mapping.ts'
import { shapeFindings } from '../documents/shape-findings.ts'
import type { Answer, AskedRequest, HttpRoute } from '../http/http-route.ts'
import { mergePatch } from '../http/merge-patch.ts'
import { fieldProblems } from './field-problems.ts'
import { ifMatch } from './if-match.ts'
import { listRules } from './list-rules.ts'
import { newRuleId } from './new-rule-id.ts'
import { ruleDescriptions as describing } from './rule-descriptions.ts'
import { refusals } from './refusals.ts'
import { ruleAnswers } from './rule-answers.ts'
import { RuleWriter, type RuleWriterOptions } from './rule-writer.ts'
import { type WriteRequest, writeRequest } from './write-request.ts'

export interface RulesApiOptions extends RuleWriterOptions {
  /** Makes the id of a rule that has none. */
  readonly newId?: (atMs: number) => string
}

const statusSchema = z.strictObject({ enabled: z.boolean() })

/** `/rules` and what is below it: the rules of the deployment, and every change of them. */
export function openRulesApi(options: RulesApiOptions): readonly HttpRoute[] {
  const writer = new RuleWriter(options)
  return [
    {
      path: '/rules',
      methods: {
        GET: { describe: describing.list, answer: request => list(request, options) },
        POST: {
          describe: describing.create,
          answer: request =>
            reading(request, asked => writer.create({ ...asked, id: idFor(asked, options) })),
        },
      },
    },
    {
      path: '/rules/validate',
      sharesPath: true,
      methods: { POST: { describe: describing.validate, answer: request => validate(request, options) } },
    },
    {
      path: '/rules/:id',
      methods: {
        GET: { describe: describing.get, answer: request => get(request, options) },
        PUT: {
          describe: describing.replace,
          answer: request => reading(request, asked => replace(writer, asked)),
        },
        PATCH: {
          describe: describing.patch,
          answer: request => reading(request, asked => patch(writer, asked)),
        },
        DELETE: { describe: describing.remove, answer: request => remove(writer, request) },
      },
    },
    {
      path: '/rules/:id/status',
      methods: {
        PATCH: {
          describe: describing.setStatus,
          answer: request => reading(request, asked => setStatus(writer, asked)),
        },
      },
    },
  ]
}

function list({ query }: AskedRequest, { store }: RulesApiOptions): Answer {
  const page = listRules(store.rules, query)
  return 'wrong' in page ? refusals.malformed(page.wrong) : { status: 200, body: page }
}

function get({ params: { id = '' } }: AskedRequest, { store }: RulesApiOptions): Answer {
  const rule = store.rules.get(id)
  return rule === undefined ? refusals.unknown(id) : ruleAnswers.found(rule)
}

function reading(
  request: AskedRequest,
  answer: (asked: WriteRequest) => Promise<Answer>,
): Answer | Promise<Answer> {
  const read = writeRequest(request)
  return read.ok ? answer(read.request) : read.answer
}

function idFor({ body }: WriteRequest, { store, clock, newId = newRuleId }: RulesApiOptions): string {
  const given = body['rule_id']
  if (given !== undefined) return typeof given === 'string' ? given : ''
  let id = newId(clock.now())
  while (store.rules.has(id)) id = newId(clock.now())
  return id
}

function replace(writer: RuleWriter, asked: WriteRequest): Promise<Answer> {
  const value = { rule_id: asked.id, ...asked.body }
  return writer.replace(asked, () => ({ kind: 'value', value, fromRule: false }))
}

function patch(writer: RuleWriter, asked: WriteRequest): Promise<Answer> {
  return writer.replace(asked, before => ({
    kind: 'value',
    value: mergePatch(before, asked.body),
    fromRule: true,
  }))
}

async function setStatus(writer: RuleWriter, asked: WriteRequest): Promise<Answer> {
  const parsed = statusSchema.safeParse(asked.body)
  if (!parsed.success) {
    const findings = shapeFindings(asked.body, statusSchema, parsed.error.issues)
    return refusals.invalid(fieldProblems(findings))
  }
  const { enabled } = parsed.data
  return writer.replace(asked, before => {
    const rule = { ...before, enabled }
    return enabled ? { kind: 'value', value: rule, fromRule: true } : { kind: 'rule', rule }
  })
}

function remove(writer: RuleWriter, { params, headers }: AskedRequest): Answer | Promise<Answer> {
  const versions = ifMatch(headers['if-match'])
  if (versions === null) return refusals.noTag
  return writer.remove(params['id'] ?? '', versions)
}

/** As `POST /rules` would see it. */
function validate({ body }: AskedRequest, { check, clock }: RulesApiOptions): Answer {
  if (!isMapping(body)) return refusals.noObject
  const { findings } = check({ rule_id: newRuleId(clock.now()), ...body })
  return { status: 200, body: { valid: findings.length === 0, problems: fieldProblems(findings) } }
}
