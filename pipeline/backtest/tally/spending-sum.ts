import type { Decision } from '../../../schemas/decision.ts'

/** Costs are sums of many small ones: to a billionth of a dollar they are the same whatever the order. */
const USD_DIGITS = 9

/** Calls, tokens and dollars of many decisions. */
export class SpendingSum {
  private calls = 0
  private input = 0
  private output = 0
  private costUsd = 0

  add({ attempts, tokens, cost_usd }: Pick<Decision, 'attempts' | 'tokens' | 'cost_usd'>): void {
    this.calls += attempts
    this.input += tokens.input
    this.output += tokens.output
    this.costUsd += cost_usd
  }

  get total() {
    const { calls, input, output } = this
    return { calls, tokens: { input, output }, cost_usd: Number(this.costUsd.toFixed(USD_DIGITS)) }
  }
}
