import type {
  BacktestDifference,
  ChangedDecision,
  DifferenceKind,
} from '../../../schemas/backtest/backtest-difference.ts'
import type { CompactDecision } from './compact-decision.ts'

/** Most differences that are shown one by one. */
export const DIFFERENCES_SHOWN_MAX = 200

/** Counts what is the same and what is not; of what is not it keeps the first, by when they closed. */
export class DifferenceTally {
  same = 0
  outside = 0
  otherRules = 0
  readonly calls = { before: 0, after: 0 }
  readonly costUsd = { before: 0, after: 0 }
  readonly alerts = { kept: 0, gone: 0, new: 0 }
  private readonly changed = new Map<DifferenceKind, number>()
  private readonly causes = new Map<string, BacktestDifference['causes'][number]>()
  private readonly shown: ChangedDecision[] = []

  spent(
    side: 'before' | 'after',
    { attempts, costUsd }: Pick<CompactDecision, 'attempts' | 'costUsd'>,
  ): void {
    this.calls[side] += attempts
    this.costUsd[side] += costUsd
  }

  add(difference: ChangedDecision): void {
    const { kind, cause } = difference
    this.changed.set(kind, (this.changed.get(kind) ?? 0) + 1)
    const name = `${kind} ${cause}`
    this.causes.set(name, { kind, cause, count: (this.causes.get(name)?.count ?? 0) + 1 })
    this.show(difference)
  }

  difference(against: readonly string[]): BacktestDifference {
    const differences = [...this.changed.values()].reduce((sum, count) => sum + count, 0)
    return {
      against: [...against],
      compared: this.same + differences,
      same: this.same,
      changed: Object.fromEntries(this.changed),
      causes: [...this.causes.values()].toSorted((a, b) => b.count - a.count),
      not_compared: { outside: this.outside, other_rules: this.otherRules },
      alerts: this.alerts,
      calls: this.calls,
      cost_usd: this.costUsd,
      decisions: this.shown,
      decisions_omitted: differences - this.shown.length,
    }
  }

  private show(difference: ChangedDecision): void {
    const { shown } = this
    const last = shown.at(-1)
    if (shown.length === DIFFERENCES_SHOWN_MAX && last !== undefined && !isBefore(difference, last)) return
    const index = shown.findIndex(other => isBefore(difference, other))
    shown.splice(index === -1 ? shown.length : index, 0, difference)
    if (shown.length > DIFFERENCES_SHOWN_MAX) shown.pop()
  }
}

function isBefore(a: ChangedDecision, b: ChangedDecision): boolean {
  const [aAt, bAt] = [closedAt(a), closedAt(b)]
  return aAt < bAt || (aAt === bAt && nameOf(a) < nameOf(b))
}

function closedAt({ before, after }: ChangedDecision): string {
  return after?.closed_at ?? before?.closed_at ?? ''
}

function nameOf({ rule_id, key }: ChangedDecision): string {
  return `${rule_id}|${key}`
}
