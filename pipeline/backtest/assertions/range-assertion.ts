import type { ExpectedRange } from '../../../schemas/backtest/backtest-expectation.ts'
import type { Assertion } from './assertion.ts'

/** Of dollars: beyond it stands only what adding up has left. */
const FRACTION_DIGITS = 9

/** That a quantity lies in a range, its ends included. */
export function rangeAssertion(name: string, range: ExpectedRange, got: number): Assertion {
  const { min = -Infinity, max = Infinity } = range
  const exact = Number(got.toFixed(FRACTION_DIGITS))
  return { name, expected: rangeWords(range), got: `${exact}`, passed: min <= exact && exact <= max }
}

function rangeWords({ min, max }: ExpectedRange): string {
  if (min === undefined) return `at most ${max ?? Infinity}`
  if (max === undefined) return `at least ${min}`
  return min === max ? `${min}` : `${min} to ${max}`
}
