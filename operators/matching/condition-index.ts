import type { Slots } from '../expression/create-field-table.ts'
import type { PlainValue } from '../expression/field-conditions.ts'
import type { PositionSet } from './position-set.ts'

/** Rules whose expression is surely unknown once an event has come this far; they are counted together. */
export interface UnknownRules {
  readonly positions: readonly number[]
  events: number
}

/**
 * Rules by what they demand of fields: for an event it finds those that may be other than false.
 *
 * A rule that it passes over is false, or unknown and counted so.
 */
export interface ConditionIndex {
  /** To be evaluated once an event has come this far. */
  readonly open: readonly number[]
  /** Surely true then. */
  readonly certain: readonly number[]
  /** Surely unknown then. */
  readonly unknown: UnknownRules | null
  readonly groups: readonly ConditionGroup[]
}

/** Rules that demand something of the same field. */
export type ConditionGroup = { readonly slot: number } & (PresenceGroup | ValueGroup | ThresholdGroup)

export interface PresenceGroup {
  readonly kind: 'present'
  readonly present: ConditionIndex
}

export interface ValueGroup {
  readonly kind: 'string' | 'number' | 'boolean'
  readonly byValue: ReadonlyMap<PlainValue, ConditionIndex>
  /** For a value of another type: what else the rules demand. */
  readonly otherwise: ConditionIndex
}

export interface ThresholdGroup {
  readonly kind: 'above' | 'below'
  /** For a value that is no number: what else the rules demand. */
  readonly otherwise: ConditionIndex
  /** Rising; for `below` both limits and value are negated. Of equal ones the inclusive come first. */
  readonly limits: Float64Array
  /** Each beside its limit. */
  readonly inclusive: Uint8Array
  readonly positions: Int32Array
  /** 1: the rule says nothing else. */
  readonly certain: Uint8Array
}

/** Adds the rules that may pass an event, and counts those that are surely unknown. */
export function findCandidates(index: ConditionIndex, slots: Slots, found: PositionSet): void {
  const { open, certain, unknown, groups } = index
  for (let at = 0; at < open.length; at += 1) found.add(open[at] ?? 0)
  for (let at = 0; at < certain.length; at += 1) found.addCertain(certain[at] ?? 0)
  if (unknown !== null) unknown.events += 1
  for (const group of groups) {
    const next = follow(group, slots.read(group.slot), found)
    if (next !== undefined) findCandidates(next, slots, found)
  }
}

/** Where to go on for a value. */
function follow(group: ConditionGroup, value: unknown, found: PositionSet): ConditionIndex | undefined {
  switch (group.kind) {
    case 'present':
      return value === undefined ? undefined : group.present
    case 'above':
    case 'below':
      if (typeof value !== 'number') return group.otherwise
      addPassed(group, group.kind === 'above' ? value : -value, found)
      return undefined
    default:
      if (isPlain(value) && typeof value === group.kind) return group.byValue.get(value)
      return value === null ? undefined : group.otherwise
  }
}

function isPlain(value: unknown): value is PlainValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** The limits rise, so that those behind the first that is not passed cost nothing. */
function addPassed(group: ThresholdGroup, value: number, found: PositionSet): void {
  const { positions, certain } = group
  for (let at = 0; isPassed(group, at, value); at += 1) {
    if (certain[at] === 1) found.addCertain(positions[at] ?? 0)
    else found.add(positions[at] ?? 0)
  }
}

function isPassed({ limits, inclusive }: ThresholdGroup, at: number, value: number): boolean {
  const limit = limits[at] ?? Infinity
  return limit < value || (limit === value && inclusive[at] === 1)
}
