import type { Rule } from '../../schemas/rule.ts'
import { EvaluationBook } from './evaluation-book.ts'
import { indexConditions } from './index-conditions.ts'
import type { UnknownRules } from './condition-index.ts'
import { RuleCompiler } from './rule-compiler.ts'
import { type IndexedPattern, type PlacedRule, RuleMatcher } from './rule-matcher.ts'
import type { RuleTable } from './rule-table.ts'
import { TypePatterns } from './type-patterns.ts'
import { WorkMeter } from './work-meter.ts'

/** Work between two pauses, in characters to compile: about two milliseconds. */
const SLICE_UNITS_MAX = 4096
/** Units of work for a rule, besides its expression. */
const RULE_UNITS = 8

/** So few rules are reported after each slice of events, however few there were. */
const REPORTED_MAX = 64
/** More are reported once there were so many events for each of them. */
const REPORT_EVENTS = 32

/**
 * Builds tables of rules that follow one another, beside the work of lanes: null for each pause, in which others have
 * their turn, and the table in the end.
 *
 * Each table is complete in itself, and takes over what was counted before it. A rule is compiled once as long as its
 * object stays the same, also when a build was given up; rules that are gone leave nothing behind.
 */
export function ruleTableBuilder(): (rules: Iterable<Rule>) => Generator<RuleTable | null> {
  const book = new EvaluationBook()
  const work = new WorkMeter(SLICE_UNITS_MAX)
  let compiler = new RuleCompiler()
  return rules => {
    compiler = compiler.forNextTable()
    return build([...rules], { compiler, book, work })
  }
}

interface Workshop {
  readonly compiler: RuleCompiler
  readonly book: EvaluationBook
  readonly work: WorkMeter
}

function* build(rules: readonly Rule[], { compiler, book, work }: Workshop): Generator<RuleTable | null> {
  const byId = new Map(rules.map(rule => [rule.rule_id, rule]))
  // Compiled in the order in which they are tried: what lies together in memory is read much faster.
  const sorted = rules.filter(({ enabled }) => enabled).sort(byPriority)
  yield null
  const placed = yield* placeRules(sorted, compiler, work)
  const { patterns, unknown } = yield* indexPatterns(placed, work)
  yield null
  const matcher = new RuleMatcher({ rules: placed, fields: compiler.fields, unknown })
  book.follow(matcher)
  const eventsMin = placed.length <= REPORTED_MAX ? 0 : REPORT_EVENTS * placed.length
  yield {
    match: event => matcher.match(event, patterns.narrowest(event.event_type)),
    byId: ruleId => byId.get(ruleId),
    get evaluationsDue() {
      return book.isDue(eventsMin)
    },
    drainEvaluations: () => book.drain(),
  }
}

function* placeRules(
  rules: readonly Rule[],
  compiler: RuleCompiler,
  work: WorkMeter,
): Generator<null, readonly PlacedRule[]> {
  const placed: PlacedRule[] = []
  compiler.beginTable()
  for (const rule of rules) {
    const units = compiler.unitsFor(rule)
    const { expression, slots } = compiler.use(rule)
    placed.push({
      position: placed.length,
      rule,
      groupBy: rule.group_by,
      expression,
      matches: 0,
      unknown: 0,
      keyless: 0,
    })
    if (work.isFull(RULE_UNITS + slots.size + units)) yield null
  }
  return placed
}

function byPriority(left: Rule, right: Rule): number {
  return right.priority - left.priority || (left.rule_id < right.rule_id ? -1 : 1)
}

function* indexPatterns(placed: readonly PlacedRule[], work: WorkMeter) {
  const unknown: UnknownRules[] = []
  const patterns = new TypePatterns<IndexedPattern>(() => ({
    positions: [],
    wider: undefined,
    index: { open: [], certain: [], unknown: null, groups: [] },
    events: 0,
  }))
  for (const { position, rule } of placed) {
    for (const pattern of patterns.named(rule.event_types)) pattern.positions.push(position)
    if (work.isFull(RULE_UNITS * rule.event_types.length)) yield null
  }
  for (const pattern of patterns.connected()) {
    const rules = pattern.positions.flatMap(position => placed[position] ?? []).map(conditioned)
    pattern.index = yield* indexConditions(rules, { work, unknown })
  }
  return { patterns, unknown }
}

function conditioned({ position, expression }: PlacedRule) {
  const { conditions, complete } = expression ?? { conditions: [], complete: true }
  return { position, conditions, complete }
}
