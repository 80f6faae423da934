import type { FieldCondition, PlainValue } from '../expression/field-conditions.ts'
import type {
  ConditionGroup,
  ConditionIndex,
  PresenceGroup,
  ThresholdGroup,
  UnknownRules,
  ValueGroup,
} from './condition-index.ts'
import { ValueCounts } from './value-counts.ts'
import type { WorkMeter } from './work-meter.ts'

/** What is indexed: a rule's place in the table, and what is known of it. */
export interface IndexedRule {
  readonly position: number
  readonly conditions: readonly FieldCondition[]
  /** Its expression says no more than its conditions. */
  readonly complete: boolean
}

export interface IndexOptions {
  readonly work: WorkMeter
  /** Is given all rules that are counted together. */
  readonly unknown: UnknownRules[]
}

/** So few rules are evaluated faster than looked up. */
const EVALUATED_MAX = 4
/** Fields that are looked at one below the other. */
const LEVELS_MAX = 3
/** Most places of one rule on the way down, one for each value that it names. */
const PLACES_MAX = 16
/** Units of work for a rule on one level, and for each of its conditions and values. */
const STEP_UNITS = 4

/** Builds the index, with a pause whenever the meter is full. */
export function indexConditions(
  rules: readonly IndexedRule[],
  options: IndexOptions,
): Generator<null, ConditionIndex> {
  const items = rules.map(rule => ({ rule, left: rule.conditions, places: PLACES_MAX }))
  return build(items, { levels: LEVELS_MAX, isUnknown: false }, options)
}

/** A rule on one level: the conditions that nothing is known of yet, and how many places it may have below. */
interface Item {
  readonly rule: IndexedRule
  readonly left: readonly FieldCondition[]
  readonly places: number
}

interface Level {
  /** How many more may follow. */
  readonly levels: number
  /** Some condition on the way here is unknown, and all others are true. */
  readonly isUnknown: boolean
}

/** A rule, and the condition that it is looked up by. */
interface Chosen {
  readonly item: Item
  readonly condition: FieldCondition
}

type Kind = FieldCondition['kind']
type Settled = 'open' | 'certain' | 'unknown'

function* build(
  items: readonly Item[],
  level: Level,
  options: IndexOptions,
): Generator<null, ConditionIndex> {
  const isIndexed = level.levels > 0 && items.length > EVALUATED_MAX
  const counts = isIndexed ? yield* countValues(items, options.work) : null
  const chosen = new Map<number, Map<Kind, Chosen[]>>()
  const settled: Record<Settled, number[]> = { open: [], certain: [], unknown: [] }
  for (const item of items) {
    if (options.work.isFull(STEP_UNITS * (1 + item.left.length))) yield null
    const condition = counts?.choose(item)
    if (condition === undefined) settled[settledAs(item, level)].push(item.rule.position)
    else addTo(chosen, { item, condition })
  }
  const groups = yield* buildGroups(chosen, level, options)
  const { open, certain, unknown } = settled
  return { open, certain, groups, unknown: unknown.length === 0 ? null : countTogether(unknown, options) }
}

function* countValues(items: readonly Item[], work: WorkMeter): Generator<null, ValueCounts> {
  const counts = new ValueCounts()
  for (const item of items) {
    counts.add(item)
    if (work.isFull(STEP_UNITS * item.left.length)) yield null
  }
  return counts
}

/** What is known of a rule that is not looked up by anything more. */
function settledAs({ rule, left }: Item, { isUnknown }: Level): Settled {
  if (!rule.complete || left.length > 0) return 'open'
  return isUnknown ? 'unknown' : 'certain'
}

function countTogether(positions: readonly number[], options: IndexOptions): UnknownRules {
  const rules = { positions, events: 0 }
  options.unknown.push(rules)
  return rules
}

function addTo(chosen: Map<number, Map<Kind, Chosen[]>>, added: Chosen): void {
  const { condition } = added
  const byKind = chosen.get(condition.slot) ?? new Map<Kind, Chosen[]>()
  chosen.set(condition.slot, byKind)
  const members = byKind.get(condition.kind)
  if (members === undefined) byKind.set(condition.kind, [added])
  else members.push(added)
}

function* buildGroups(
  chosen: ReadonlyMap<number, ReadonlyMap<Kind, readonly Chosen[]>>,
  level: Level,
  options: IndexOptions,
): Generator<null, readonly ConditionGroup[]> {
  const below = { levels: level.levels - 1, isUnknown: level.isUnknown }
  const groups: ConditionGroup[] = []
  for (const [slot, byKind] of chosen) {
    for (const [kind, members] of byKind) {
      groups.push({ slot, ...(yield* buildGroup({ kind, members }, below, options)) })
    }
  }
  return groups
}

interface Draft<K extends Kind = Kind> {
  readonly kind: K
  readonly members: readonly Chosen[]
}

type Built = PresenceGroup | ValueGroup | ThresholdGroup

function* buildGroup({ kind, members }: Draft, below: Level, options: IndexOptions): Generator<null, Built> {
  if (kind === 'present') {
    const items = members.map(({ item, condition }) => ({ ...item, left: without(item.left, condition) }))
    return { kind, present: yield* build(items, below, options) }
  }
  const otherwise = yield* buildOtherwise(members, below, options)
  if (kind === 'above' || kind === 'below') {
    return { otherwise, ...(yield* sortThresholds({ kind, members }, below, options.work)) }
  }
  return { kind, otherwise, byValue: yield* buildValues(members, below, options) }
}

/** For a value that fits none of the conditions: what is left of the rules, all of them unknown at best. */
function buildOtherwise(members: readonly Chosen[], below: Level, options: IndexOptions) {
  const items = members.map(({ item, condition }) => ({
    ...item,
    left: item.left.filter(other => !isUnknownWith(other, condition)),
  }))
  return build(items, { ...below, isUnknown: true }, options)
}

/** Whether a value that makes `condition` unknown makes `other`, too. */
function isUnknownWith(other: FieldCondition, condition: FieldCondition): boolean {
  if (other.slot !== condition.slot) return false
  return other.kind === condition.kind || (isOrder(other) && isOrder(condition))
}

function isOrder({ kind }: FieldCondition): boolean {
  return kind === 'above' || kind === 'below'
}

function* buildValues(
  members: readonly Chosen[],
  below: Level,
  options: IndexOptions,
): Generator<null, ReadonlyMap<PlainValue, ConditionIndex>> {
  const items = new Map<PlainValue, Item[]>()
  for (const { item, condition } of members) {
    const values = 'values' in condition ? condition.values : []
    if (options.work.isFull(STEP_UNITS * values.length)) yield null
    const rest = {
      ...item,
      left: without(item.left, condition),
      places: Math.floor(item.places / values.length),
    }
    for (const value of values) {
      const sharing = items.get(value)
      if (sharing === undefined) items.set(value, [rest])
      else sharing.push(rest)
    }
  }
  const indexes = new Map<PlainValue, ConditionIndex>()
  for (const [value, sharing] of items) indexes.set(value, yield* build(sharing, below, options))
  return indexes
}

function without(conditions: readonly FieldCondition[], known: FieldCondition): readonly FieldCondition[] {
  return conditions.filter(condition => condition !== known)
}

function* sortThresholds(
  { kind, members }: Draft<ThresholdGroup['kind']>,
  level: Level,
  work: WorkMeter,
): Generator<null, Omit<ThresholdGroup, 'otherwise'>> {
  const sign = kind === 'above' ? 1 : -1
  const thresholds = members.map(({ item, condition }) => ({
    position: item.rule.position,
    limit: 'limit' in condition ? sign * condition.limit : Infinity,
    inclusive: 'inclusive' in condition && condition.inclusive,
    certain: settledAs({ ...item, left: without(item.left, condition) }, level) === 'certain',
  }))
  thresholds.sort(
    (left, right) => left.limit - right.limit || Number(right.inclusive) - Number(left.inclusive),
  )
  if (work.isFull(2 * STEP_UNITS * members.length)) yield null
  return {
    kind,
    limits: Float64Array.from(thresholds, ({ limit }) => limit),
    inclusive: Uint8Array.from(thresholds, ({ inclusive }) => Number(inclusive)),
    positions: Int32Array.from(thresholds, ({ position }) => position),
    certain: Uint8Array.from(thresholds, ({ certain }) => Number(certain)),
  }
}
