import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AdaptiveConcurrency } from '../../../operators/gateway/adaptive-concurrency.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'

function failure(code: FailureCode = 'model_overloaded', overload?: boolean) {
  return new PipelineError(code, 'made to fail', overload === undefined ? {} : { overload })
}

/** Cuts it once a second, by calls sent after the cut before. */
function cutTimes(concurrency: AdaptiveConcurrency, times: number): number[] {
  return Array.from({ length: times }, (_, n) => {
    concurrency.failed(failure(), { sentMs: n * 1000 + 500, inFlight: concurrency.limit }, n * 1000 + 1000)
    return concurrency.limit
  })
}

function goWell(concurrency: AdaptiveConcurrency, calls: number, inFlight = concurrency.limit): number {
  for (let n = 0; n < calls; n++) concurrency.succeeded({ sentMs: 0, inFlight })
  return concurrency.limit
}

test('begins with what is configured, and goes no further', () => {
  const concurrency = new AdaptiveConcurrency(32)
  expect(concurrency.limit).toBe(32)
  expect(goWell(concurrency, 1000)).toBe(32)
})

test('gives up a tenth, down to one', () => {
  expect(cutTimes(new AdaptiveConcurrency(32), 5)).toEqual([28, 25, 22, 19, 17])
  expect(cutTimes(new AdaptiveConcurrency(3), 4)).toEqual([2, 1, 1, 1])
})

test.each([
  ['model_overloaded', undefined, 9],
  ['model_timeout', undefined, 9],
  ['model_overloaded', false, 10],
  ['model_unreachable', undefined, 10],
  ['model_rate_limited', undefined, 10],
  ['model_request_rejected', undefined, 10],
] as const)('after %s with overload %s it is %i of 10', (code, overload, expected) => {
  const concurrency = new AdaptiveConcurrency(10)
  concurrency.failed(failure(code, overload), { sentMs: 0, inFlight: 10 }, 1000)
  expect(concurrency.limit).toBe(expected)
})

test('cuts once for all the calls that were on their way', () => {
  const concurrency = new AdaptiveConcurrency(20)
  for (let n = 0; n < 20; n++) {
    concurrency.failed(failure(), { sentMs: 1000 + n, inFlight: 20 - n }, 2000 + n)
  }
  expect(concurrency.limit).toBe(18)
  concurrency.failed(failure(), { sentMs: 2000, inFlight: 18 }, 3000)
  expect(concurrency.limit).toBe(18)
  concurrency.failed(failure(), { sentMs: 2001, inFlight: 18 }, 3000)
  expect(concurrency.limit).toBe(16)
})

test('takes one more for each round of calls that go well', () => {
  const concurrency = new AdaptiveConcurrency(10)
  cutTimes(concurrency, 3)
  expect(concurrency.limit).toBe(7)
  expect([goWell(concurrency, 6), goWell(concurrency, 1), goWell(concurrency, 8)]).toEqual([7, 8, 9])
  expect(goWell(concurrency, 100)).toBe(10)
})

test('begins a new round after a failure, also after one that cuts nothing', () => {
  const concurrency = new AdaptiveConcurrency(10)
  cutTimes(concurrency, 3)
  goWell(concurrency, 6)
  concurrency.failed(failure(), { sentMs: 0, inFlight: 7 }, 9000)
  expect([goWell(concurrency, 6), goWell(concurrency, 1)]).toEqual([7, 8])
})

test('takes no more while less than half is in use', () => {
  const concurrency = new AdaptiveConcurrency(10)
  cutTimes(concurrency, 2)
  expect(concurrency.limit).toBe(8)
  expect(goWell(concurrency, 100, 3)).toBe(8)
  expect(goWell(concurrency, 8, 4)).toBe(9)
})

test('finds a limit where none is configured, and grows beyond it', () => {
  const concurrency = new AdaptiveConcurrency(null)
  expect(goWell(concurrency, 100, 50)).toBe(Infinity)
  concurrency.failed(failure(), { sentMs: 1, inFlight: 50 }, 1000)
  expect(concurrency.limit).toBe(45)
  expect(goWell(concurrency, 45)).toBe(46)
})

test('never leaves its bounds', () => {
  const ended = fc.record({
    sentMs: fc.nat(100_000),
    inFlight: fc.integer({ min: 1, max: 50 }),
    isGood: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(ended, { maxLength: 200 }), (max, calls) => {
      const concurrency = new AdaptiveConcurrency(max)
      for (const [n, { isGood, ...call }] of calls.entries()) {
        if (isGood) concurrency.succeeded(call)
        else concurrency.failed(failure(), call, n * 500)
        expect(concurrency.limit).toBeGreaterThanOrEqual(1)
        expect(concurrency.limit).toBeLessThanOrEqual(max)
        expect(Number.isInteger(concurrency.limit)).toBe(true)
      }
    }),
  )
})

test('has another maximum at once, unless overload keeps it lower', () => {
  const concurrency = new AdaptiveConcurrency(10)
  concurrency.configure(20)
  expect(concurrency.limit).toBe(20)
  concurrency.configure(null)
  expect(concurrency.limit).toBe(Infinity)
  concurrency.configure(5)
  expect(concurrency.limit).toBe(5)
  expect(cutTimes(concurrency, 1)).toEqual([4])
  concurrency.configure(50)
  expect(concurrency.limit).toBe(4)
  expect(goWell(concurrency, 4)).toBe(5)
  concurrency.configure(3)
  expect(concurrency.limit).toBe(3)
})
