import { Environment } from '@marcbachmann/cel-js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileExpression } from '../../../operators/expression/compile-expression.ts'
import { createFieldTable } from '../../../operators/expression/create-field-table.ts'

// The evaluator of the library that parses the expressions says what CEL means. It has doubles and integers, so the
// generated numbers are all doubles, and it lacks `%` of doubles and most of the functions.
const reference = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })
  .registerOperator('double % double', (left: number, right: number) => left % right)
  .registerFunction('abs(double): double', (value: number) => Math.abs(value))
  .registerFunction('min(double, double): double', (left: number, right: number) => Math.min(left, right))
  .registerFunction('max(double, double): double', (left: number, right: number) => Math.max(left, right))

type Data = Readonly<Record<string, unknown>>
type Outcome = boolean | undefined

function ours(source: string, data: Data): Outcome {
  const fields = createFieldTable()
  const compiled = compileExpression(source, fields)
  if (!compiled.ok) return undefined
  const event = { event_id: 'e', event_type: 'type', source: 's', timestamp: 't', context_key: 'k', data }
  return compiled.expression.evaluate(fields.fill(event))
}

function theirs(source: string, data: Data): Outcome {
  try {
    const result: unknown = reference.evaluate(source, { data })
    return typeof result === 'boolean' ? result : undefined
  } catch {
    return undefined
  }
}

const numberText = fc.constantFrom('0.0', '1.0', '2.5', '3.0', '100.0')
const textText = fc.constantFrom('""', '"a"', '"b"', '"ab"')
const names = { number: ['n', 'm'], text: ['t', 'u'], boolean: ['p', 'q'], list: ['l', 'k'] } as const

/** Expressions whose operands have the types that their operators take; division is left out. */
const typed = fc.letrec<{ number: string; text: string; boolean: string; list: string }>(tie => {
  const pair = (kind: 'number' | 'text' | 'boolean' | 'list', operators: readonly string[]) =>
    fc
      .tuple(tie(kind), fc.constantFrom(...operators), tie(kind))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`)
  const field = (kind: keyof typeof names) => fc.constantFrom(...names[kind]).map(name => `data.${name}`)
  const oneOf = { maxDepth: 5, depthIdentifier: 'expression' }
  return {
    number: fc.oneof(
      oneOf,
      numberText,
      field('number'),
      pair('number', ['+', '-', '*']),
      tie('number').map(value => `abs(${value})`),
      fc.tuple(tie('number'), tie('number')).map(([left, right]) => `min(${left}, ${right})`),
    ),
    text: fc.oneof(oneOf, textText, field('text'), pair('text', ['+'])),
    list: fc.oneof(
      oneOf,
      field('list'),
      fc.array(tie('number'), { minLength: 1, maxLength: 3 }).map(items => `[${items.join(', ')}]`),
    ),
    boolean: fc.oneof(
      oneOf,
      fc.constantFrom('true', 'false'),
      field('boolean'),
      fc.constantFrom('n', 'x', 't').map(name => `has(data.${name})`),
      pair('number', ['<', '<=', '>', '>=', '==', '!=']),
      pair('text', ['<', '<=', '>', '>=', '==', '!=']),
      pair('boolean', ['&&', '||', '==', '!=']),
      pair('list', ['==', '!=']),
      fc.tuple(tie('number'), tie('list')).map(([item, list]) => `(${item} in ${list})`),
      tie('boolean').map(value => `!${value}`),
      fc.tuple(tie('boolean'), tie('boolean'), tie('boolean')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc
        .tuple(tie('text'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('text'))
        .map(([text, name, part]) => `${text}.${name}(${part})`),
      tie('text').map(text => `(size(${text}) > 1.0)`),
    ),
  }
}).boolean

const number = fc.constantFrom(0, 1, 2.5, 3, -1, 100)
const text = fc.constantFrom('', 'a', 'b', 'ab')
const typedData = fc.record({
  n: number,
  m: number,
  t: text,
  u: text,
  p: fc.boolean(),
  q: fc.boolean(),
  l: fc.array(number, { minLength: 1, maxLength: 3 }),
  k: fc.array(number, { minLength: 1, maxLength: 3 }),
})

test('agrees with CEL wherever types fit and nothing is missing', () => {
  let decided = 0
  fc.assert(
    fc.property(typed, typedData, (source, data) => {
      const result = theirs(source, data)
      if (result !== undefined) decided += 1
      expect(ours(source, data)).toBe(result)
    }),
    { numRuns: 4000, interruptAfterTimeLimit: 5000 },
  )
  expect(decided).toBeGreaterThan(1000)
})

const anything = fc.oneof(number, text, fc.boolean(), fc.constant(null), fc.array(number, { maxLength: 2 }))
const anyData = fc.dictionary(fc.constantFrom('n', 'm', 't', 'u', 'p', 'q', 'l', 'k'), anything, {
  noNullPrototype: true,
})

const fieldsOfAnyType = ['data.n', 'data.m', 'data.t', 'data.p', 'data.l', 'data.l[0]', 'data.t.x']

/** Any operator between any operands. */
const untyped = fc.letrec<{ any: string }>(tie => ({
  any: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'expression' },
    { weight: 4, arbitrary: fc.constantFrom(...fieldsOfAnyType) },
    fc.oneof(numberText, textText, fc.constantFrom('true', 'false', 'null', 'has(data.n)', '!has(data.p)')),
    fc
      .tuple(
        tie('any'),
        fc.constantFrom('<', '>=', '==', '!=', 'in', '+', '-', '/', '%', '&&', '||'),
        tie('any'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('any').map(value => `!${value}`),
    fc.tuple(tie('any'), tie('any')).map(([left, right]) => `[${left}, ${right}]`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
})).any

test('never says true where CEL says false, nor false where it says true', () => {
  const seen = { both: 0, onlyOurs: 0, onlyTheirs: 0 }
  fc.assert(
    fc.property(untyped, anyData, (source, data) => {
      const left = ours(source, data)
      const right = theirs(source, data)
      // Unknown here and decided there: texts against numbers, and results that are not finite.
      if (left === undefined && right !== undefined) seen.onlyTheirs += 1
      if (left !== undefined && right === undefined) seen.onlyOurs += 1
      if (left === undefined || right === undefined) return
      seen.both += 1
      expect(left).toBe(right)
    }),
    { numRuns: 30_000, interruptAfterTimeLimit: 5000 },
  )
  expect(seen.both).toBeGreaterThan(1000)
})

test('compiles or refuses any text, and never throws', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '!',
    '-',
    'a',
    '.',
    '&&',
    '?',
    ':',
    '"',
    '1',
    ' in ',
    ',',
    '\\',
    '\n',
    'has(',
    '==',
  )
  const source = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(piece, { maxLength: 200 }).map(pieces => pieces.join('')),
  )
  fc.assert(
    fc.property(source, anyData, (written, data) => {
      expect([true, false, undefined]).toContain(ours(written, data))
    }),
    { numRuns: 5000, interruptAfterTimeLimit: 5000 },
  )
})
