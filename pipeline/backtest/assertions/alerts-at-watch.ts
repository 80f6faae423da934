import type { Alert } from '../../../schemas/alert.ts'
import type { ExpectedAlert } from '../../../schemas/backtest/backtest-expectation.ts'
import type { Assertion } from './assertion.ts'

/** Alerts that nobody expected which are named one by one. */
const OTHER_ALERTS_NAMED_MAX = 10

/** Of an alert that was not met: those raised this much too early or too late are named. */
const NEAR_MS = 3_600_000

interface Expected {
  readonly alert: ExpectedAlert
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
  isMet: boolean
  /** The alert nearest to it that it could not be met by, and how far away that is. */
  nearest: { readonly raisedAt: string; readonly awayMs: number } | null
}

/** Meets each expected alert with one that is raised at its time, of those that fit the one that ends first. */
export class AlertsAtWatch {
  private readonly expected: readonly Expected[]
  private readonly byRuleAndKey = new Map<string, Expected[]>()
  private readonly others: string[] = []
  private othersCount = 0

  constructor(alerts: readonly ExpectedAlert[]) {
    this.expected = alerts.map((alert, index) => expectedOf(alert, `alerts_at.${index}`))
    for (const expected of this.expected.toSorted((a, b) => a.toMs - b.toMs)) {
      const name = `${expected.alert.rule_id}|${expected.alert.key}`
      this.byRuleAndKey.set(name, [...(this.byRuleAndKey.get(name) ?? []), expected])
    }
  }

  alerted({ rule_id, key, raised_at }: Alert): void {
    const raisedMs = Date.parse(raised_at)
    const candidates = this.byRuleAndKey.get(`${rule_id}|${key}`) ?? []
    const met = candidates.find(one => !one.isMet && one.fromMs <= raisedMs && raisedMs <= one.toMs)
    if (met !== undefined) {
      met.isMet = true
      return
    }
    for (const one of candidates) noteNear(one, raised_at, raisedMs)
    if (this.othersCount++ < OTHER_ALERTS_NAMED_MAX) this.others.push(`${rule_id} ${key} at ${raised_at}`)
  }

  assertions(noOthers: boolean): readonly Assertion[] {
    const met = this.expected.map(one => ({
      name: one.name,
      expected: wordsOf(one.alert),
      got: one.isMet ? 'one' : (nearWords(one) ?? 'none'),
      passed: one.isMet,
    }))
    return noOthers ? [...met, this.noOthers()] : met
  }

  private noOthers(): Assertion {
    const left = this.othersCount - this.others.length
    const words = [...this.others, ...(left > 0 ? [`${left} more`] : [])].join(', ')
    return {
      name: 'no_other_alerts',
      expected: 'none',
      got: this.othersCount === 0 ? 'none' : `${this.othersCount}: ${words}`,
      passed: this.othersCount === 0,
    }
  }
}

function expectedOf(alert: ExpectedAlert, name: string): Expected {
  const atMs = Date.parse(alert.at)
  const withinMs = alert.within_seconds * 1000
  return { alert, name, fromMs: atMs - withinMs, toMs: atMs + withinMs, isMet: false, nearest: null }
}

function noteNear(expected: Expected, raisedAt: string, raisedMs: number): void {
  const awayMs = Math.abs(raisedMs - Date.parse(expected.alert.at))
  if (awayMs > NEAR_MS || awayMs >= (expected.nearest?.awayMs ?? Infinity)) return
  expected.nearest = { raisedAt, awayMs }
}

function wordsOf({ rule_id, key, at, within_seconds }: ExpectedAlert): string {
  return `an alert of ${rule_id} for ${key} at ${at}, ${within_seconds} s earlier or later`
}

function nearWords({ nearest }: Expected): string | null {
  return nearest === null ? null : `none; the nearest is at ${nearest.raisedAt}`
}
