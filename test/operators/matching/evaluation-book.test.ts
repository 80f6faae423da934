import { expect, test } from 'vitest'
import {
  EvaluationBook,
  type EvaluationCounter,
  type ResultCounts,
} from '../../../operators/matching/evaluation-book.ts'

/** A table that has counted some rules once each. */
function counterOf(...ruleIds: readonly string[]) {
  const counter: EvaluationCounter & { settled: number } = {
    events: ruleIds.length > 0 ? 1 : 0,
    settled: 0,
    settle: add => {
      counter.settled += 1
      for (const ruleId of ruleIds) add(ruleId, once)
    },
  }
  return counter
}

const once: ResultCounts = { match: 1, no_match: 0, unknown: 0, no_key: 0 }

test('adds up what the tables of one rule have counted, and forgets it then', () => {
  const book = new EvaluationBook()
  for (const counter of [counterOf('a', 'b'), counterOf('a'), counterOf('a')]) book.follow(counter)
  expect(book.drain()).toEqual([
    { ruleId: 'a', result: 'match', count: 3 },
    { ruleId: 'b', result: 'match', count: 1 },
  ])
})

test('lets go of all tables but the last two, with their counts', () => {
  const book = new EvaluationBook()
  const counters = Array.from({ length: 10 }, () => counterOf('a'))
  for (const counter of counters) book.follow(counter)
  expect(counters.map(({ settled }) => settled)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
  expect(book.drain()).toEqual([{ ruleId: 'a', result: 'match', count: 10 }])
})

test('is due at so many events, and before that when rules that are gone pile up', () => {
  const book = new EvaluationBook()
  book.follow(counterOf('a'))
  expect([book.isDue(1), book.isDue(2)]).toEqual([true, false])
  book.follow(counterOf(...Array.from({ length: 10_000 }, (_, index) => `r${index}`)))
  for (let tables = 0; tables < 2; tables += 1) book.follow(counterOf())
  expect(book.isDue(2)).toBe(true)
})
