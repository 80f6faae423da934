import type { ExpectedRule } from '../../../schemas/backtest/backtest-expectation.ts'
import type { Outcome } from '../../../schemas/decision.ts'
import { outcomes } from '../../../schemas/outcomes.ts'
import type { Assertion } from './assertion.ts'
import { rangeAssertion } from './range-assertion.ts'

/** What a run, or a rule in it, came to. */
export interface Quantities {
  readonly alerts: number
  readonly calls: number
  readonly cost_usd: number
  readonly windows: number
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
}

/** What is expected of the quantities of a run, or of a rule in it. */
export function quantityAssertions(
  prefix: string,
  expected: Omit<ExpectedRule, 'keys'>,
  got: Quantities,
): readonly Assertion[] {
  const byName = { alerts: got.alerts, model_calls: got.calls, cost_usd: got.cost_usd, windows: got.windows }
  const names = ['alerts', 'model_calls', 'cost_usd', 'windows'] as const
  return [
    ...names.flatMap(name => {
      const range = expected[name]
      return range === undefined ? [] : [rangeAssertion(`${prefix}${name}`, range, byName[name])]
    }),
    ...outcomes.flatMap(outcome => {
      const range = expected.outcomes?.[outcome]
      const count = got.outcomes[outcome] ?? 0
      return range === undefined ? [] : [rangeAssertion(`${prefix}outcomes.${outcome}`, range, count)]
    }),
  ]
}
