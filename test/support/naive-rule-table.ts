import { keyOf } from '../../operators/events/key-of.ts'
import { type CompiledExpression, compileExpression } from '../../operators/expression/compile-expression.ts'
import { createFieldTable, type FieldTable } from '../../operators/expression/create-field-table.ts'
import type { Evaluations, Match, RuleTable } from '../../operators/matching/rule-table.ts'
import type { EvaluationResult } from '../../operators/telemetry.ts'
import type { Rule } from '../../schemas/rule.ts'

const noMatches: readonly Match[] = []
const results = ['match', 'no_match', 'unknown', 'no_key'] as const

interface Entry {
  readonly rule: Rule
  readonly expression: CompiledExpression | undefined
  counts: Record<EvaluationResult, number>
}

/**
 * The rules one after the other on every event of their types, and nothing clever: what the indexed table has to agree with,
 * and what it is measured against. As there, every field is read once for an event, and types are looked up once.
 */
export function naiveRuleTable(rules: readonly Rule[]): RuleTable {
  const fields = createFieldTable()
  const entries = rules
    .filter(({ enabled }) => enabled)
    .toSorted(byPriority)
    .map(rule => createEntry(rule, fields))
  const byType = new Map<string, readonly Entry[]>()
  const candidatesFor = (type: string): readonly Entry[] => {
    const known = byType.get(type)
    if (known !== undefined) return known
    const found = entries.filter(({ rule }) => rule.event_types.some(pattern => covers(pattern, type)))
    byType.set(type, found)
    return found
  }
  return {
    match(event) {
      const candidates = candidatesFor(event.event_type)
      if (candidates.length === 0) return noMatches
      const slots = fields.fill(event)
      const matches: Match[] = []
      for (const entry of candidates) {
        const passes = entry.expression === undefined || entry.expression.evaluate(slots)
        const key = passes === true ? keyOf(event, entry.rule.group_by) : undefined
        entry.counts[resultOf(passes, key)] += 1
        if (key !== undefined) matches.push({ rule: entry.rule, key })
      }
      return matches
    },
    byId: ruleId => rules.find(({ rule_id: id }) => id === ruleId),
    evaluationsDue: true,
    drainEvaluations: () => entries.flatMap(drain),
  }
}

function byPriority(left: Rule, right: Rule): number {
  return right.priority - left.priority || (left.rule_id < right.rule_id ? -1 : 1)
}

function covers(pattern: string, type: string): boolean {
  return (
    pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))
  )
}

function createEntry(rule: Rule, fields: FieldTable): Entry {
  const source = rule.rule_config.pre_filter?.expression
  return { rule, expression: source === undefined ? undefined : compile(source, fields), counts: zeroes() }
}

function compile(source: string, fields: FieldTable): CompiledExpression {
  const compiled = compileExpression(source, fields)
  if (!compiled.ok) throw new Error(`${source} does not compile`)
  return compiled.expression
}

function zeroes(): Record<EvaluationResult, number> {
  return { match: 0, no_match: 0, unknown: 0, no_key: 0 }
}

function resultOf(passes: boolean | undefined, key: string | undefined): EvaluationResult {
  if (passes === undefined) return 'unknown'
  if (!passes) return 'no_match'
  return key === undefined ? 'no_key' : 'match'
}

function drain(entry: Entry): readonly Evaluations[] {
  const { rule, counts } = entry
  entry.counts = zeroes()
  return results
    .map(result => ({ ruleId: rule.rule_id, result, count: counts[result] }))
    .filter(({ count }) => count > 0)
}
