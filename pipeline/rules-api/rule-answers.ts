import type { Rule } from '../../schemas/rule.ts'
import type { Answer } from '../http/http-route.ts'

const tagOf = ({ metadata }: Rule) => ({ etag: `"${metadata.version}"` })

/** A rule as it is answered: whole, with its version as the entity tag. */
export const ruleAnswers = {
  found: (rule: Rule): Answer => ({ status: 200, body: rule, headers: tagOf(rule) }),
  created: (rule: Rule): Answer => ({
    status: 201,
    body: rule,
    headers: { ...tagOf(rule), location: `/api/v1/rules/${rule.rule_id}` },
  }),
  gone: { status: 204, body: undefined } satisfies Answer,
}
