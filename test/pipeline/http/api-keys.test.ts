import { expect, test } from 'vitest'
import { apiKeys } from '../../../pipeline/http/api-keys.ts'

test.each([
  ['Bearer one', true],
  ['Bearer two', true],
  ['bearer  one ', true],
  ['Bearer three', false],
  ['Bearer ONE', false],
  ['Bearer on', false],
  ['Bearer one two', false],
  ['Bearer ', false],
  ['Basic one', false],
  ['one', false],
  ['', false],
  [undefined, false],
])('with two keys, %j passes: %j', (authorization, passes) => {
  expect(apiKeys(['one', 'two'])(authorization)).toBe(passes)
})

test('without keys everybody passes', () => {
  expect(apiKeys([])(undefined)).toBe(true)
})
