import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Decision } from '../../../schemas/decision.ts'
import { SpendingSum } from './spending-sum.ts'

/** Most days that are kept apart: more than a year. */
export const DAYS_MAX = 400
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const HOURS_OF_DAY = 24

/** What fell on the days and on the hours of the day, UTC. */
export class Calendar {
  private readonly days = new Map<number, DaySum>()
  private readonly hours = Array.from({ length: HOURS_OF_DAY }, () => new TimeSum())
  private omitted = 0
  /** The day that was asked for last: the time of a run never goes back. */
  private today = NaN
  private sumOfToday: DaySum | null = null

  received(nowMs: number, count: number): void {
    this.hourOf(nowMs).events += count
    const day = this.dayOf(nowMs)
    if (day !== null) day.events += count
  }

  decided(nowMs: number, decision: Decision): void {
    this.hourOf(nowMs).decided(decision)
    this.dayOf(nowMs)?.decided(decision)
  }

  alerted(nowMs: number): void {
    this.hourOf(nowMs).alerts++
    const day = this.dayOf(nowMs)
    if (day !== null) day.alerts++
  }

  get report(): Pick<BacktestReport, 'days' | 'hours' | 'days_omitted'> {
    const days = [...this.days].sort(([one], [other]) => one - other)
    return {
      days: days.map(([day, sum]) => ({
        day: new Date(day * DAY_MS).toISOString().slice(0, 10),
        ...sum.report,
        windows: sum.windows,
        cost_usd_by_rule: sum.costByRule,
      })),
      days_omitted: this.omitted,
      hours: this.hours.map((sum, hour) => ({ hour, ...sum.report })),
    }
  }

  private hourOf(nowMs: number): TimeSum {
    const sinceMidnightMs = nowMs - Math.floor(nowMs / DAY_MS) * DAY_MS
    const found = this.hours[Math.floor(sinceMidnightMs / HOUR_MS)]
    if (found === undefined) throw new Error(`no hour of the day at ${nowMs}`)
    return found
  }

  /** Null where there are too many days. */
  private dayOf(nowMs: number): DaySum | null {
    const day = Math.floor(nowMs / DAY_MS)
    if (day !== this.today) {
      this.today = day
      this.sumOfToday = this.days.get(day) ?? this.openDay(day)
    }
    return this.sumOfToday
  }

  private openDay(day: number): DaySum | null {
    if (this.days.size >= DAYS_MAX) {
      this.omitted++
      return null
    }
    const opened = new DaySum()
    this.days.set(day, opened)
    return opened
  }
}

class TimeSum {
  events = 0
  alerts = 0
  readonly spending = new SpendingSum()

  decided(decision: Decision): void {
    this.spending.add(decision)
  }

  get report() {
    return { ...this.spending.total, events: this.events, alerts: this.alerts }
  }
}

class DaySum extends TimeSum {
  windows = 0
  private readonly byRule = new Map<string, SpendingSum>()

  override decided(decision: Decision): void {
    super.decided(decision)
    this.windows++
    if (decision.cost_usd === 0) return
    const ofRule = this.byRule.get(decision.rule_id) ?? new SpendingSum()
    this.byRule.set(decision.rule_id, ofRule)
    ofRule.add(decision)
  }

  get costByRule(): Record<string, number> {
    return Object.fromEntries([...this.byRule].sort(byName).map(([rule, sum]) => [rule, sum.total.cost_usd]))
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
