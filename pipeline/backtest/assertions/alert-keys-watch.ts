import type { Alert } from '../../../schemas/alert.ts'
import type { BacktestExpectation } from '../../../schemas/backtest/backtest-expectation.ts'
import type { Assertion } from './assertion.ts'

/** Keys of a rule which nobody expected that are told apart; past it they are not counted further. */
export const OTHER_KEYS_MAX = 1000
/** Keys that are named. */
const KEYS_NAMED = 10

interface Keys {
  readonly expected: ReadonlySet<string>
  readonly missing: Set<string>
  readonly others: Set<string>
}

/** Sees which keys have an alert, of the rules whose keys are expected. */
export class AlertKeysWatch {
  private readonly byRule = new Map<string, Keys>()

  constructor(rules: BacktestExpectation['rules'] = {}) {
    for (const [id, { keys }] of Object.entries(rules)) {
      if (keys === undefined) continue
      this.byRule.set(id, { expected: new Set(keys), missing: new Set(keys), others: new Set() })
    }
  }

  alerted({ rule_id, key }: Pick<Alert, 'rule_id' | 'key'>): void {
    const keys = this.byRule.get(rule_id)
    if (keys === undefined) return
    if (keys.expected.has(key)) keys.missing.delete(key)
    else if (keys.others.size < OTHER_KEYS_MAX) keys.others.add(key)
  }

  assertions(): readonly Assertion[] {
    return [...this.byRule].map(([id, { expected, missing, others }]) => ({
      name: `rules.${id}.keys`,
      expected: listWords(expected),
      got: missing.size + others.size === 0 ? 'these' : gotWords(missing, others),
      passed: missing.size + others.size === 0,
    }))
  }
}

function gotWords(missing: ReadonlySet<string>, others: ReadonlySet<string>): string {
  return [
    ...(missing.size === 0 ? [] : [`no alert of ${listWords(missing)}`]),
    ...(others.size === 0 ? [] : [`alerts of ${listWords(others)} as well`]),
  ].join(', and ')
}

function listWords(keys: ReadonlySet<string>): string {
  if (keys.size === 0) return 'none'
  const named = [...keys].slice(0, KEYS_NAMED).map(key => JSON.stringify(key))
  const left = keys.size - named.length
  return left === 0 ? named.join(', ') : `${named.join(', ')} and ${left} more`
}
