import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TypePattern, TypePatterns } from '../../../operators/matching/type-patterns.ts'

interface Pattern extends TypePattern<Pattern> {
  readonly ids: string[]
}

function patternsOf(eventTypes: readonly (readonly string[])[]) {
  const patterns = new TypePatterns<Pattern>(() => ({ ids: [], wider: undefined }))
  for (const [index, types] of eventTypes.entries()) {
    for (const pattern of patterns.named(types)) pattern.ids.push(`r${index}`)
  }
  return { patterns, all: [...patterns.connected()] }
}

/** Everything that is tried for the type, as often as it is tried. */
function idsFor(type: string, ...eventTypes: readonly (readonly string[])[]): readonly string[] {
  const ids: string[] = []
  let pattern = patternsOf(eventTypes).patterns.narrowest(type)
  for (; pattern !== undefined; pattern = pattern.wider) ids.push(...pattern.ids)
  return ids.toSorted()
}

test.each([
  ['trade.signal', ['r0', 'r1', 'r2', 'r4']],
  ['trade.a.b', ['r1', 'r2']],
  ['trade.fill.late', ['r1', 'r2', 'r3']],
  ['trade', ['r2']],
  ['trade.', ['r1', 'r2']],
  ['trader.signal', ['r2']],
  ['.trade', ['r2']],
  ['', ['r2']],
])('finds for %j %j', (type, expected) => {
  const types = [
    ['trade.signal'],
    ['trade.*'],
    ['*'],
    ['trade.fill.*'],
    ['other', 'trade.signal', 'trade.signal'],
  ]
  expect(idsFor(type, ...types)).toEqual(expected)
})

test('finds nothing without rules, and nothing for a type that none names', () => {
  expect(idsFor('trade.signal')).toEqual([])
  expect(idsFor('trade.signal', ['trade'], ['trade.signal.*'])).toEqual([])
})

test('finds a rule once that names a type twice', () => {
  expect(idsFor('trade.signal', ['trade.signal', 'trade.*', '*'])).toEqual(['r0'])
})

test('takes the names of object members for types', () => {
  expect(idsFor('constructor', ['toString'])).toEqual([])
  expect(idsFor('__proto__.x', ['__proto__.*'])).toEqual(['r0'])
})

test('has one pattern for all types that no rule names, however many come', () => {
  const { patterns } = patternsOf([['trade.*'], ['*']])
  const found = Array.from({ length: 10_000 }, (_, index) => patterns.narrowest(`trade.t${index}.x${index}`))
  expect(new Set(found).size).toBe(1)
})

test('grows by the patterns that are named, not by the types that they cover', () => {
  const wide = Array.from({ length: 1000 }, () => ['*'])
  const exact = Array.from({ length: 1000 }, (_, index) => [`type.t${index}`])
  const places = patternsOf([...wide, ...exact]).all.reduce((sum, { ids }) => sum + ids.length, 0)
  expect(places).toBe(2000)
})

test('finds what a plain comparison of every pattern finds, each once', () => {
  const part = fc.constantFrom('a', 'b', 'c')
  const type = fc.array(part, { minLength: 1, maxLength: 4 }).map(parts => parts.join('.'))
  const pattern = fc.oneof(
    type,
    type.map(prefix => `${prefix}.*`),
    fc.constant('*'),
  )
  const covers = (given: string, wanted: string) =>
    given === '*' || given === wanted || (given.endsWith('.*') && wanted.startsWith(given.slice(0, -1)))
  fc.assert(
    fc.property(
      fc.array(fc.array(pattern, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      type,
      (rules, wanted) => {
        const expected = rules.flatMap((types, index) =>
          types.some(given => covers(given, wanted)) ? [`r${index}`] : [],
        )
        expect(idsFor(wanted, ...rules)).toEqual(expected)
      },
    ),
    { numRuns: 1000 },
  )
})
