import type { Alert } from '../../../schemas/alert.ts'
import type { BacktestExpectation, ExpectedRange } from '../../../schemas/backtest/backtest-expectation.ts'
import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Outcome } from '../../../schemas/decision.ts'
import { outcomes } from '../../../schemas/outcomes.ts'
import { AlertKeysWatch } from './alert-keys-watch.ts'
import { AlertsAtWatch } from './alerts-at-watch.ts'
import type { Assertion } from './assertion.ts'
import { quantityAssertions, type Quantities } from './quantity-assertions.ts'
import { rangeAssertion } from './range-assertion.ts'

/** What is at most to come of a run: `--max-alerts`, `--max-calls`, `--max-usd`. */
export interface RunMaxima {
  readonly alerts?: number | undefined
  readonly calls?: number | undefined
  readonly usd?: number | undefined
}

export interface ExpectationWatchOptions {
  readonly maxima?: RunMaxima
  readonly expectation?: BacktestExpectation | undefined
}

/** What a report must hold to be compared with what was expected. */
export type JudgedReport = Pick<BacktestReport, 'total' | 'model'> & {
  readonly rules: readonly (Quantities & { readonly rule_id: string })[]
}

/** Sees a run, and says afterwards what of it is as expected. */
export class ExpectationWatch {
  private readonly maxima: RunMaxima
  private readonly expected: BacktestExpectation
  private readonly keys: AlertKeysWatch
  private readonly alertsAt: AlertsAtWatch

  constructor({ maxima = {}, expectation = {} }: ExpectationWatchOptions) {
    this.maxima = maxima
    this.expected = expectation
    this.keys = new AlertKeysWatch(expectation.rules)
    this.alertsAt = new AlertsAtWatch(expectation.alerts_at ?? [])
  }

  /** To be told of each alert, in the order in which they are raised. */
  alerted(alert: Alert): void {
    this.keys.alerted(alert)
    this.alertsAt.alerted(alert)
  }

  assertions(report: JudgedReport): readonly Assertion[] {
    const { expected, maxima } = this
    const { total, model } = report
    return [
      ...atMost('--max-alerts', maxima.alerts, total.alerts),
      ...atMost('--max-calls', maxima.calls, total.calls),
      ...atMost('--max-usd', maxima.usd, total.cost_usd),
      ...quantityAssertions('', expected, { ...total, outcomes: outcomesOf(report) }),
      ...inRange('answers_missing', expected.answers_missing, model.answers.missing),
      ...Object.entries(expected.rules ?? {}).flatMap(([id, rule]) =>
        quantityAssertions(
          `rules.${id}.`,
          rule,
          report.rules.find(({ rule_id }) => rule_id === id) ?? nothing,
        ),
      ),
      ...this.keys.assertions(),
      ...this.alertsAt.assertions(expected.no_other_alerts === true),
    ]
  }
}

const nothing: Quantities = { alerts: 0, calls: 0, cost_usd: 0, windows: 0, outcomes: {} }

function atMost(name: string, max: number | undefined, got: number): readonly Assertion[] {
  return max === undefined ? [] : [rangeAssertion(name, { max }, got)]
}

function inRange(name: string, range: ExpectedRange | undefined, got: number): readonly Assertion[] {
  return range === undefined ? [] : [rangeAssertion(name, range, got)]
}

function outcomesOf({ rules }: JudgedReport): Partial<Record<Outcome, number>> {
  return Object.fromEntries(
    outcomes.map(outcome => [outcome, rules.reduce((sum, rule) => sum + (rule.outcomes[outcome] ?? 0), 0)]),
  )
}
