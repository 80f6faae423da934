import type { Rule } from '../../schemas/rule.ts'

/** Something that is tried for the event types of its rule. */
export interface Candidate {
  readonly rule: Rule
}

/**
 * Finds what is tried for an event type, in the order of `all`.
 *
 * The lists are made once, one for each type and each prefix that the rules name, so that what events bring in never
 * grows them: a type that no rule names has the list of the longest prefix that covers it.
 */
export function ruleTableCandidates<T extends Candidate>(
  all: readonly T[],
): (eventType: string) => readonly T[] {
  const { exact, prefixes } = group(all)
  const covering = (prefix: string): readonly number[] =>
    [...ancestors(prefix)].flatMap(name => prefixes.get(name) ?? [])
  const ordered = (positions: readonly number[]): readonly T[] => {
    const wanted = new Set(positions)
    return [...wanted].toSorted((left, right) => left - right).flatMap(position => all[position] ?? [])
  }
  const byPrefix = new Map([...prefixes.keys()].map(prefix => [prefix, ordered(covering(prefix))]))
  const byType = new Map(
    [...exact].map(([type, positions]) => [type, ordered([...positions, ...covering(parent(type))])]),
  )
  const longest = [...prefixes.keys()].reduce((most, { length }) => Math.max(most, length), 0)
  return type => byType.get(type) ?? nearest(byPrefix, type, longest) ?? []
}

/** Positions in the list by exact type, and by prefix without its `.*`; `*` alone is the empty prefix. */
interface Groups {
  readonly exact: ReadonlyMap<string, readonly number[]>
  readonly prefixes: ReadonlyMap<string, readonly number[]>
}

function group(all: readonly Candidate[]): Groups {
  const exact = new Map<string, number[]>()
  const prefixes = new Map<string, number[]>()
  for (const [position, { rule }] of all.entries()) {
    for (const type of rule.event_types) {
      if (type === '*') append(prefixes, '', position)
      else if (type.endsWith('.*')) append(prefixes, type.slice(0, -2), position)
      else append(exact, type, position)
    }
  }
  return { exact, prefixes }
}

function append(groups: Map<string, number[]>, name: string, position: number): void {
  const positions = groups.get(name)
  if (positions === undefined) groups.set(name, [position])
  else positions.push(position)
}

/** A prefix and every shorter one, down to the empty one. */
function* ancestors(prefix: string): Generator<string> {
  for (let name = prefix; name !== ''; name = parent(name)) yield name
  yield ''
}

function parent(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

function nearest<T>(byPrefix: ReadonlyMap<string, T>, type: string, longest: number): T | undefined {
  for (let end = type.lastIndexOf('.', longest); end > 0; end = type.lastIndexOf('.', end - 1)) {
    const found = byPrefix.get(type.slice(0, end))
    if (found !== undefined) return found
  }
  return byPrefix.get('')
}
