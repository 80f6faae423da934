import { expect, test } from 'vitest'
import { checkCalls } from './check-calls.ts'

const quiet = { worker: 'w', requests: 10, counted: 10, failed: 0, abandoned: 0 }

test('finds nothing where every call is counted and named', () => {
  expect(checkCalls({ requests: 10, attempts: 10, workers: [quiet], disturbed: false })).toEqual([])
})

test('lets calls be lost with a lane, and calls that the model never saw', () => {
  const workers = [{ ...quiet, counted: 12, failed: 1, abandoned: 1 }]
  expect(checkCalls({ requests: 10, attempts: 11, workers, disturbed: true })).toEqual([])
})

test.each([
  ['a call that the worker did not count', { requests: 10, attempts: 9, counted: 9, disturbed: true }],
  ['a call that was counted and not made', { requests: 10, attempts: 9, counted: 11, disturbed: true }],
  ['a decision that names more than was made', { requests: 10, attempts: 11, counted: 10, disturbed: true }],
  [
    'a call that nothing came of, without a fault',
    { requests: 10, attempts: 9, counted: 10, disturbed: false },
  ],
])('finds %s', (_, { requests, attempts, counted, disturbed }) => {
  const workers = [{ ...quiet, counted }]
  expect(checkCalls({ requests, attempts, workers, disturbed })).toHaveLength(1)
})
