import { describe, expect, test } from 'vitest'
import { ALIASES_MAX, readDocuments } from '../../../pipeline/documents/read-documents.ts'

const valuesOf = (text: string) => readDocuments('f', text).documents.map(({ value }) => value)
const problemsOf = (text: string) => readDocuments('f', text).problems

test('reads several documents and leaves out empty ones', () => {
  expect(valuesOf('a: 1\n---\n# nothing\n---\nb: [2]\n---\n')).toEqual([{ a: 1 }, { b: [2] }])
  expect(valuesOf('')).toEqual([])
})

test('reads JSON, with tabs and escapes', () => {
  const value = { a: 'x/\u{1F600}"\n', b: [1, null, true] }
  expect(valuesOf(JSON.stringify(value, null, '\t'))).toEqual([value])
})

describe('a syntax error', () => {
  test.each([
    ['e: a: b', 1, 4, /quotes/],
    ['e: "a" == b', 1, 8, /quotes/],
    ['e: !has(x)', 1, 4, /starts with !/],
    ['e: `x`', 1, 4, /quotes/],
    ['e: *x', 1, 4, /names no anchor.*quotes/],
    ['a:\n\t- b', 2, 1, /spaces/],
    ['a: [1, 2', 1, 9, /bracket/],
  ])('%j has its place and the fix', (text, line, column, message) => {
    expect(problemsOf(text)).toEqual([
      { code: 'syntax', file: 'f', line, column, path: '', message: expect.stringMatching(message) },
    ])
  })

  test.each(['!hunter2', '*hunter2', 'a: hunter2', '"a" hunter2', '> hunter2', '@hunter2'])(
    'of %j does not repeat the value, which may be a secret',
    value => {
      expect(problemsOf(`password: ${value}`)).toMatchObject([
        { message: expect.not.stringContaining('hunter2') },
      ])
    },
  )

  test('is told once for a document, and the other documents are read', () => {
    const { documents, problems } = readDocuments('f', 'e: { a: x in [1] } b\n---\nb: 2\n')
    expect(problems).toHaveLength(1)
    expect(documents.map(({ value }) => value)).toEqual([{ b: 2 }])
  })
})

test('names every key that is there twice, with its place', () => {
  expect(problemsOf('a: 1\nb: 2\na: 3\nb: 4\n')).toEqual([
    { code: 'shape', file: 'f', line: 3, column: 1, path: '', message: 'the key a is there twice' },
    { code: 'shape', file: 'f', line: 4, column: 1, path: '', message: 'the key b is there twice' },
  ])
})

test('follows aliases up to the limit and refuses a document that goes beyond it', () => {
  const aliases = (count: number) => `a: &a [x]\nb: [${Array.from({ length: count }, () => '*a').join(', ')}]`
  expect(valuesOf(aliases(ALIASES_MAX - 1))).toHaveLength(1)
  expect(problemsOf(aliases(ALIASES_MAX + 1))).toMatchObject([
    { message: expect.stringContaining('aliases') },
  ])
})

test('refuses nesting without end instead of failing', () => {
  expect(problemsOf('['.repeat(100_000))).not.toEqual([])
  expect(problemsOf('['.repeat(100_000) + ']'.repeat(100_000))).not.toEqual([])
})
