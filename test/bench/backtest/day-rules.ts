import { type Rule, ruleSchema } from '../../../schemas/rule.ts'

const of = (trigger: object) => ({ description: 'something is wrong', ...trigger })
const batch = (batch_size: number, max_wait_seconds: number) =>
  of({ trigger_mode: 'batch', batch_size, max_wait_seconds })

/** Ten rules of all types and trigger modes for a day of `writeDay`; each takes about a two-hundredth of its events. */
export const dayRules: readonly Rule[] = [
  rule('large', ['payment'], 'amount > 0.98'),
  rule('far', ['payment'], 'region == "r7" && distance > 0.8'),
  rule('slow', ['request'], 'path.startsWith("/api/1") && latency > 0.9'),
  rule('hot', ['reading'], 'meta.temperature > 0.99'),
  rule('odd-payment', ['payment'], 'amount > 0.99', of({ trigger_mode: 'realtime' })),
  rule('spree', ['payment'], 'amount > 0.97', batch(10, 60)),
  rule('errors', ['request'], 'status >= 500', batch(20, 300), ['data.path']),
  rule(
    'drift',
    ['reading'],
    'meta.temperature < 0.02',
    of({ trigger_mode: 'interval', interval_seconds: 60 }),
    ['data.region'],
  ),
  rule('talk', ['note'], undefined, batch(50, 600), ['data.region']),
  rule('probes', ['request', 'login'], 'failures > 0.985', batch(5, 30)),
]

function rule(
  id: string,
  types: readonly string[],
  expression?: string,
  llm?: object,
  groupBy?: readonly string[],
) {
  const filter = expression && { pre_filter: { expression } }
  const type = llm === undefined ? 'traditional' : expression === undefined ? 'llm' : 'hybrid'
  return ruleSchema.parse({
    rule_id: id,
    name: id,
    event_types: types,
    ...(groupBy && { group_by: groupBy }),
    rule_config: { rule_type: type, ...filter, ...(llm && { llm_config: llm }) },
  })
}
