import { defer, type MonoTypeOperatorFunction, tap, throwError } from 'rxjs'
import { PipelineError } from '../../../schemas/failure.ts'
import type { ModelReply } from '../../asking/model.ts'
import type { Budget, RuleBudget } from './budget.ts'
import { chargedFor } from '../charged-for.ts'
import { costOf, type ModelPrice } from './cost-of.ts'
import type { TokenUse } from '../quota.ts'

export interface SpendWithinOptions {
  readonly budget: Budget
  readonly rule: RuleBudget
  readonly price: ModelPrice | null
  /** As estimated. */
  readonly tokens: TokenUse
}

/**
 * Makes a call only if there is money for it.
 *
 * Shape:  the call's reply; its estimated cost is held back until its cost is known.
 * Errors: those of the call; `budget_spent` in its place.
 */
export function spendWithin(options: SpendWithinOptions): MonoTypeOperatorFunction<ModelReply> {
  const { budget, rule, price, tokens } = options
  return call$ =>
    defer(() => {
      if (price === null) return call$
      const reserved = budget.reserve(rule, costOf(price, tokens))
      if (reserved.kind === 'spent') return throwError(() => budgetSpent(reserved.by))
      return call$.pipe(
        tap({
          next: reply => {
            reserved.settle(costOf(price, reply.tokens))
          },
          error: (error: unknown) => {
            const charged = chargedFor(error)
            reserved.settle(charged === null ? null : costOf(price, charged))
          },
          finalize: () => {
            reserved.settle(null)
          },
        }),
      )
    })
}

function budgetSpent(by: 'rule' | 'process'): PipelineError {
  const whose = by === 'rule' ? 'the budget of the rule' : 'the budget of all rules'
  return new PipelineError('budget_spent', `${whose} is spent for today`)
}
