import { expect, test } from 'vitest'
import { stripInvisible } from '../../../operators/asking/strip-invisible.ts'

test.each([
  ['tag block', '\u{E0041}\u{E007F}\u{E0001}'],
  ['variation selectors', '\u{FE0F}\u{E0100}\u{180B}'],
  ['zero width', '\u200B\u200C\u200D\u2060\uFEFF'],
  ['bidi controls', '\u200E\u200F\u061C\u202A\u202E\u2066\u2069'],
  ['C0 controls', '\u0000\u0007\u001B\u007F'],
  ['C1 controls', '\u0080\u009B'],
  ['fillers, soft hyphen, separators', '\u00AD\u3164\u115F\u2028\u2029\uFFF9'],
])('removes %s', (_name, hidden) => {
  expect(stripInvisible(`a${hidden}b`)).toBe('ab')
})

test('keeps line ends, tabs, other scripts and emoji', () => {
  const text = 'a\tb\r\nc é 服务 क्षि שלום 😀'
  expect(stripInvisible(text)).toBe(text)
})
