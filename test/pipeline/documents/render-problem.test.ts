import { expect, test } from 'vitest'
import { renderProblem } from '../../../pipeline/documents/render-problem.ts'

const problem = {
  code: 'expression',
  file: 'a.yaml',
  line: 3,
  column: 5,
  path: 'x.y',
  message: 'is wrong',
} as const

test('puts the place first, in the form that editors follow', () => {
  expect(renderProblem(problem)).toBe('a.yaml:3:5: x.y: is wrong')
  expect(renderProblem({ code: 'unreadable', file: 'a', path: '', message: 'is gone' })).toBe('a: is gone')
})

test('shows the source line with a caret below the column, tabs kept', () => {
  const rendered = renderProblem({
    ...problem,
    sourceLine: '\tab cd',
    column: 5,
    expression: { line: 1, column: 2 },
  })
  expect(rendered).toBe('a.yaml:3:5: x.y: is wrong (expression 1:2)\n    \tab cd\n    \t   ^')
})

test('cuts a long line around the column', () => {
  const [, shown = '', caret = ''] = renderProblem({
    ...problem,
    sourceLine: `${'a'.repeat(500)}!${'b'.repeat(500)}`,
    column: 501,
  }).split('\n')
  expect(shown.length).toBeLessThanOrEqual(104)
  expect(shown[caret.indexOf('^')]).toBe('!')
})

test('lets no control character through to the terminal', () => {
  const rendered = renderProblem({
    ...problem,
    path: 'a\u{1b}[2Jb',
    sourceLine: '\u{1b}]0;x\u{7}',
    column: 1,
  })
  expect(rendered).not.toMatch(/[\u{0}-\u{8}\u{b}-\u{1f}\u{7f}-\u{9f}]/u)
})
