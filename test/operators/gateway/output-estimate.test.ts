import { expect, test } from 'vitest'
import { outputEstimate } from '../../../operators/gateway/output-estimate.ts'

const MAX = 500

function estimateAfter(lengths: readonly number[]): number {
  const estimate = outputEstimate({ rulesMax: 10 })
  for (const length of lengths) estimate.answered('a', length)
  return estimate.estimate('a', MAX)
}

function range(count: number, first = 1): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

test.each([
  ['no answers', [], MAX],
  ['19 answers', range(19), MAX],
  ['20 answers', range(20), 19],
  ['100 answers', range(100), 95],
  ['the newest 100 of 200', range(200), 195],
  ['answers in any order', range(20).toReversed(), 19],
  ['equal answers', range(40).map(() => 72), 72],
  ['answers without a count', [...range(19), 0, 0], MAX],
])('estimates by %s', (_name, lengths, expected) => {
  expect(estimateAfter(lengths)).toBe(expected)
})

test('never estimates more than the limit of the request', () => {
  expect(estimateAfter(range(20, 600))).toBe(MAX)
})

test('follows the answers, ten at a time', () => {
  const estimate = outputEstimate({ rulesMax: 10 })
  for (const length of range(20)) estimate.answered('a', length)
  expect(estimate.estimate('a', MAX)).toBe(19)
  for (let answer = 0; answer < 9; answer++) estimate.answered('a', 300)
  expect(estimate.estimate('a', MAX)).toBe(19)
  estimate.answered('a', 300)
  expect(estimate.estimate('a', MAX)).toBe(300)
})

test('knows each rule by its own answers, and forgets the one that was answered longest ago', () => {
  const estimate = outputEstimate({ rulesMax: 2 })
  for (const length of range(20)) {
    estimate.answered('a', length)
    estimate.answered('b', 2 * length)
  }
  expect([estimate.estimate('a', MAX), estimate.estimate('b', MAX)]).toEqual([19, 38])
  estimate.answered('a', 1)
  estimate.answered('c', 1)
  expect([estimate.estimate('a', MAX), estimate.estimate('b', MAX)]).toEqual([19, MAX])
})
