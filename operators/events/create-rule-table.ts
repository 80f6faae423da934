import type { Event } from '../../schemas/event.ts'
import type { Rule } from '../../schemas/rule.ts'
import { compileExpression, type CompiledExpression } from '../expression/compile-expression.ts'
import { createFieldTable, type FieldTable, type Slots } from '../expression/create-field-table.ts'
import type { EvaluationResult } from '../telemetry.ts'
import { keyOf } from './key-of.ts'
import { ruleTableCandidates } from './rule-table-candidates.ts'

/** A rule that an event passed, and the key by which the rule groups it. */
export interface Match {
  readonly rule: Rule
  readonly key: string
}

/** How often evaluating one rule had one result. */
export interface Evaluations {
  readonly ruleId: string
  readonly result: EvaluationResult
  readonly count: number
}

/** All rules at one position of the rules topic, compiled. */
export interface RuleTable {
  /** The enabled rules that the event passes, by falling priority and then by id. */
  match(event: Event): readonly Match[]
  /** A rule, enabled or not. */
  byId(ruleId: string): Rule | undefined
  /** What has been counted since the last call; a result that did not occur is left out. */
  drainEvaluations(): readonly Evaluations[]
}

/** Compiles the rules. An expression that does not compile is a bug here: rules are validated before they are stored. */
export function createRuleTable(rules: readonly Rule[]): RuleTable {
  const fields = createFieldTable()
  const entries = rules
    .filter(({ enabled }) => enabled)
    .toSorted(byPriority)
    .map(rule => createEntry(rule, fields))
  const candidatesFor = ruleTableCandidates(entries)
  const counted: Entry[] = []
  const byId = new Map(rules.map(rule => [rule.rule_id, rule]))

  const count = (entry: Entry, result: EvaluationResult) => {
    if (!entry.isCounted) counted.push(entry)
    entry.isCounted = true
    entry.counts[result] += 1
  }

  const keyOfPassing = (entry: Entry, event: Event, slots: Slots) => {
    const passes = entry.expression === undefined || entry.expression.evaluate(slots)
    const key = passes === true ? keyOf(event, entry.rule.group_by) : undefined
    count(entry, resultOf(passes, key))
    return key
  }

  return {
    match(event) {
      const candidates = candidatesFor(event.event_type)
      if (candidates.length === 0) return noMatches
      const slots = fields.fill(event)
      const matches: Match[] = []
      for (const entry of candidates) {
        const key = keyOfPassing(entry, event, slots)
        if (key !== undefined) matches.push({ rule: entry.rule, key })
      }
      return matches
    },
    byId: ruleId => byId.get(ruleId),
    drainEvaluations: () => counted.splice(0).flatMap(drain),
  }
}

const noMatches: readonly Match[] = []
const results = ['match', 'no_match', 'unknown', 'no_key'] as const

interface Entry {
  readonly rule: Rule
  /** Absent for a rule that every event of its types passes. */
  readonly expression: CompiledExpression | undefined
  /** Results since the last drain. */
  counts: Record<EvaluationResult, number>
  /** Some result was counted since the last drain. */
  isCounted: boolean
}

function byPriority(left: Rule, right: Rule): number {
  return right.priority - left.priority || (left.rule_id < right.rule_id ? -1 : 1)
}

function createEntry(rule: Rule, fields: FieldTable): Entry {
  const source = rule.rule_config.pre_filter?.expression
  const expression = source === undefined ? undefined : compile(rule, source, fields)
  return { rule, expression, counts: zeroes(), isCounted: false }
}

function compile(rule: Rule, source: string, fields: FieldTable): CompiledExpression {
  const compiled = compileExpression(source, fields)
  if (compiled.ok) return compiled.expression
  const problems = compiled.problems.map(({ message, line, column }) => `${line}:${column} ${message}`)
  throw new Error(`the expression of rule ${rule.rule_id} does not compile: ${problems.join('; ')}`)
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
  entry.isCounted = false
  return results
    .map(result => ({ ruleId: rule.rule_id, result, count: counts[result] }))
    .filter(({ count }) => count > 0)
}
