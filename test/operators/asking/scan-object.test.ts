import { expect, test } from 'vitest'
import { scanObject } from '../../../operators/asking/scan-object.ts'

test('finds the end of the first object past braces in strings and inner objects', () => {
  const first = '{"a": "}{\\"", "b": {"c": [1, {"d": 2}]}}'
  expect(scanObject(`${first} {"e": 1}`)).toEqual({ end: first.length, keys: ['a', 'b'] })
})

test('names a key as often as it appears, however it is escaped', () => {
  expect(scanObject('{"a": 1, "\\u0061": 2}').keys).toEqual(['a', 'a'])
})

test('finds no end of an object that is cut', () => {
  expect(scanObject('{"a": {"b": 1}').end).toBeUndefined()
  expect(scanObject('{"a": "}').end).toBeUndefined()
  expect(scanObject('{"a": "\\').end).toBeUndefined()
})

test('stays linear on a string that never ends', () => {
  const hostile = `{"a": "${'\\"'.repeat(500_000)}`
  const startedAtMs = performance.now()
  expect(scanObject(hostile).end).toBeUndefined()
  expect(performance.now() - startedAtMs).toBeLessThan(2000)
})
