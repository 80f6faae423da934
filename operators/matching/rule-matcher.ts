import type { Event } from '../../schemas/event.ts'
import type { Rule } from '../../schemas/rule.ts'
import { keyOf } from '../events/key-of.ts'
import type { CompiledExpression } from '../expression/compile-expression.ts'
import type { FieldTable, Slots } from '../expression/create-field-table.ts'
import { type ConditionIndex, findCandidates, type UnknownRules } from './condition-index.ts'
import type { EvaluationCounter, ResultCounts } from './evaluation-book.ts'
import { PositionSet } from './position-set.ts'
import type { Match } from './rule-table.ts'

/** An enabled rule in its place, and how its evaluations ended since they were settled last. */
export interface PlacedRule {
  readonly position: number
  readonly rule: Rule
  readonly groupBy: readonly string[] | undefined
  /** Absent for a rule that every event of its types passes. */
  readonly expression: CompiledExpression | undefined
  matches: number
  unknown: number
  keyless: number
}

/** The rules for one pattern of event types. */
export interface IndexedPattern {
  readonly positions: number[]
  index: ConditionIndex
  /** The next one that covers the same types. */
  wider: IndexedPattern | undefined
  /** Since the last settling. */
  events: number
}

export interface RuleMatcherOptions {
  /** Each at its position. */
  readonly rules: readonly PlacedRule[]
  readonly fields: FieldTable
  /** All rules that are counted together. */
  readonly unknown: readonly UnknownRules[]
}

const noMatches: readonly Match[] = []

/**
 * Evaluates on an event the rules that the index does not rule out.
 *
 * A rule that is ruled out costs an event nothing, not even to be counted: that is worked out when counts are settled, as
 * what is left of the events of its patterns.
 */
export class RuleMatcher implements EvaluationCounter {
  private readonly rules: readonly PlacedRule[]
  private readonly fields: FieldTable
  private readonly unknown: readonly UnknownRules[]
  private readonly found: PositionSet
  /** The patterns of which there were events since the last settling. */
  private touched: IndexedPattern[] = []
  private eventCount = 0

  constructor({ rules, fields, unknown }: RuleMatcherOptions) {
    this.rules = rules
    this.fields = fields
    this.unknown = unknown
    this.found = new PositionSet(rules.length)
  }

  get events(): number {
    return this.eventCount
  }

  /** `narrowest`: of the patterns that cover the type of the event. */
  match(event: Event, narrowest: IndexedPattern | undefined): readonly Match[] {
    if (narrowest === undefined) return noMatches
    const slots = this.fields.fill(event)
    this.eventCount += 1
    let pattern: IndexedPattern | undefined = narrowest
    for (; pattern !== undefined; pattern = pattern.wider) {
      if (pattern.events === 0) this.touched.push(pattern)
      pattern.events += 1
      findCandidates(pattern.index, slots, this.found)
    }
    return this.found.take() === 0 ? noMatches : this.passing(event, slots)
  }

  settle(add: (ruleId: string, counts: ResultCounts) => void): void {
    if (this.eventCount === 0) return
    this.eventCount = 0
    const evaluated = this.settlePatterns()
    for (const together of this.unknown) this.settleUnknown(together)
    for (const placed of this.rules) {
      const total = evaluated[placed.position] ?? 0
      if (total > 0) add(placed.rule.rule_id, takeCounts(placed, total))
    }
  }

  private passing(event: Event, slots: Slots): readonly Match[] {
    const { found, rules } = this
    const { positions, certain, count } = found
    const ownKey = keyOf(event, undefined)
    const matches = new Array<Match>(count)
    let passed = 0
    for (let at = 0; at < count; at += 1) {
      const placed = rules[positions[at] ?? 0]
      if (placed === undefined || (certain[at] !== 1 && !passes(placed, slots))) continue
      const key = placed.groupBy === undefined ? ownKey : keyOf(event, placed.groupBy)
      if (key === undefined) placed.keyless += 1
      else {
        placed.matches += 1
        matches[passed] = { rule: placed.rule, key }
        passed += 1
      }
    }
    matches.length = passed
    return matches
  }

  /** How many events each rule was evaluated on, or ruled out for. */
  private settlePatterns(): Float64Array {
    const evaluated = new Float64Array(this.rules.length)
    for (const pattern of this.touched) {
      for (const position of pattern.positions)
        evaluated[position] = (evaluated[position] ?? 0) + pattern.events
      pattern.events = 0
    }
    this.touched = []
    return evaluated
  }

  private settleUnknown(together: UnknownRules): void {
    for (const position of together.positions) {
      const placed = this.rules[position]
      if (placed !== undefined) placed.unknown += together.events
    }
    together.events = 0
  }
}

function passes(placed: PlacedRule, slots: Slots): boolean {
  const result = placed.expression === undefined || placed.expression.evaluate(slots)
  if (result === undefined) placed.unknown += 1
  return result === true
}

function takeCounts(placed: PlacedRule, total: number): ResultCounts {
  const { matches, unknown, keyless } = placed
  placed.matches = 0
  placed.unknown = 0
  placed.keyless = 0
  return { match: matches, no_match: total - matches - unknown - keyless, unknown, no_key: keyless }
}
