import type { SpendingEstimate } from '../../../schemas/backtest/rules-estimate.ts'
import type { HourCoverage } from './hour-coverage.ts'

interface Spent {
  windows: number
  calls: number
  costUsd: number
}

/** Of one hour of the day: all of it, and the least and the most of the hours in which there was something. */
interface HourSum {
  calls: number
  costUsd: number
  /** Whole hours in which there was something. */
  busy: number
  callsMin: number
  callsMax: number
  costMin: number
  costMax: number
}

/** What a rule, or all of them, take hour by hour; holds 24 sums, however long it goes on. */
export class HourlySpending {
  private readonly total: Spent = { windows: 0, calls: 0, costUsd: 0 }
  private readonly sums = new Map<number, HourSum>()
  private hour: number | null = null
  private spent = { calls: 0, costUsd: 0 }

  /** Hours since the epoch; they grow. */
  add(hour: number, { calls, costUsd }: Omit<Spent, 'windows'>, isWhole: (hour: number) => boolean): void {
    if (this.hour !== hour) this.closeHour(isWhole)
    this.hour = hour
    this.spent.calls += calls
    this.spent.costUsd += costUsd
    this.total.windows++
    this.total.calls += calls
    this.total.costUsd += costUsd
  }

  estimate(coverage: HourCoverage): SpendingEstimate {
    this.closeHour(hour => coverage.isWhole(hour))
    const hours = coverage.hours.map(({ hour, recorded, whole }) => {
      const sum = this.sums.get(hour) ?? nothing
      // An hour in which there was nothing is the least.
      const leastOf = (least: number) => (whole === 0 ? null : sum.busy < whole ? 0 : least)
      const mostOf = (most: number) => (whole === 0 ? null : most)
      return {
        hour,
        calls: { min: leastOf(sum.callsMin), mean: sum.calls / recorded, max: mostOf(sum.callsMax) },
        cost_usd: { min: leastOf(sum.costMin), mean: sum.costUsd / recorded, max: mostOf(sum.costMax) },
      }
    })
    const { windows, calls, costUsd } = this.total
    const days = coverage.seconds / 86_400
    const perDay = (all: number, mean: (hour: (typeof hours)[number]) => number) => {
      if (hours.length === 24) return hours.reduce((sum, hour) => sum + mean(hour), 0)
      return days === 0 ? 0 : all / days
    }
    return {
      recorded: { windows, calls, cost_usd: costUsd },
      per_day: {
        calls: perDay(calls, hour => hour.calls.mean),
        cost_usd: perDay(costUsd, hour => hour.cost_usd.mean),
      },
      hours,
    }
  }

  private closeHour(isWhole: (hour: number) => boolean): void {
    const { hour, spent } = this
    if (hour === null) return
    const of = hour % 24
    const sum = this.sums.get(of) ?? { ...nothing }
    this.sums.set(of, sum)
    sum.calls += spent.calls
    sum.costUsd += spent.costUsd
    if (isWhole(hour)) {
      sum.callsMin = sum.busy === 0 ? spent.calls : Math.min(sum.callsMin, spent.calls)
      sum.callsMax = Math.max(sum.callsMax, spent.calls)
      sum.costMin = sum.busy === 0 ? spent.costUsd : Math.min(sum.costMin, spent.costUsd)
      sum.costMax = Math.max(sum.costMax, spent.costUsd)
      sum.busy++
    }
    this.hour = null
    this.spent = { calls: 0, costUsd: 0 }
  }
}

const nothing: Readonly<HourSum> = {
  calls: 0,
  costUsd: 0,
  busy: 0,
  callsMin: 0,
  callsMax: 0,
  costMin: 0,
  costMax: 0,
}
