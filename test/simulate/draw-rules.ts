import { type Rule, ruleSchema } from '../../schemas/rule.ts'
import type { Chance } from './chance.ts'
import type { PlannedRule, SentEvent } from './plan.ts'

const kinds = ['traditional', 'realtime', 'hybrid', 'batch', 'hybridBatch', 'interval'] as const

/** One to four rules of all kinds, with small windows and short waits. */
export function drawRules(chance: Chance): readonly PlannedRule[] {
  return Array.from({ length: chance.int(1, 4) }, (_, n) => drawRule(chance, n))
}

function drawRule(chance: Chance, n: number): PlannedRule {
  const kind = chance.pick(kinds)
  const above = chance.int(0, 5)
  const eventType = chance.pick(['trade.a', 'trade.*', 'trade.*'])
  const filtered = kind === 'traditional' || kind === 'hybrid' || kind === 'hybridBatch'
  const rule: Rule = ruleSchema.parse({
    rule_id: `${kind}-${n}`,
    name: kind,
    event_types: [eventType],
    priority: chance.int(0, 3),
    rule_config: {
      rule_type: kind === 'traditional' ? 'traditional' : filtered ? 'hybrid' : 'llm',
      ...(filtered && { pre_filter: { expression: `volume > ${above}` } }),
      ...(kind !== 'traditional' && { llm_config: drawLlmConfig(chance, kind) }),
    },
  })
  const matches = (event: SentEvent) =>
    (eventType === 'trade.*' ? event.eventType.startsWith('trade.') : event.eventType === eventType) &&
    (!filtered || event.volume > above)
  return { rule, matches }
}

function drawLlmConfig(chance: Chance, kind: (typeof kinds)[number]) {
  const shared = {
    description: 'x',
    call_priority: chance.pick(['low', 'medium', 'critical']),
    on_failure: chance.pick(['dead_letter', 'dead_letter', 'trigger']),
  }
  if (kind === 'interval') {
    return { ...shared, trigger_mode: 'interval', interval_seconds: chance.int(1, 12) }
  }
  if (kind !== 'batch' && kind !== 'hybridBatch') return { ...shared, trigger_mode: 'realtime' }
  const [batch_size, max_wait_seconds] = [chance.int(1, 4), chance.int(1, 15)]
  return { ...shared, trigger_mode: 'batch', batch_size, max_wait_seconds }
}
