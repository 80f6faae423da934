import { isoTime } from '../../../operators/lanes/iso-time.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { Rule } from '../../../schemas/rule.ts'
import type { RulesEstimate } from '../../../schemas/backtest/rules-estimate.ts'
import { HOUR_MS, HourCoverage } from './hour-coverage.ts'
import { HourlySpending } from './hourly-spending.ts'

export interface EstimateFacts {
  readonly files: readonly string[]
  /** Recorded answers that tokens were estimated by. */
  readonly answers: number
}

/** Adds up by rule and hour what a run that asks nobody would have taken; its memory does not grow with the recording. */
export class EstimateTally {
  private readonly total = new HourlySpending()
  private readonly byRule: ReadonlyMap<string, HourlySpending>
  private readonly rules: readonly Rule[]
  private records = 0
  private fromMs: number | null = null
  private newestMs = 0

  constructor(rules: readonly Rule[]) {
    this.rules = rules
    this.byRule = new Map(rules.map(({ rule_id }) => [rule_id, new HourlySpending()]))
  }

  played({ timestampMs }: { readonly timestampMs: number }): void {
    this.records++
    this.fromMs ??= timestampMs
    this.newestMs = Math.max(this.newestMs, timestampMs)
  }

  /** Counts to the hour of the newest record, so that what a timer closes after the last one belongs to it. */
  decided({ rule_id, attempts, cost_usd }: Pick<Decision, 'rule_id' | 'attempts' | 'cost_usd'>): void {
    const hour = Math.floor(this.newestMs / HOUR_MS)
    const spent = { calls: attempts, costUsd: cost_usd }
    // The hour that closes ended before the newest record: only its beginning may be missing.
    const isWhole = (closed: number) => closed * HOUR_MS >= (this.fromMs ?? Infinity)
    this.total.add(hour, spent, isWhole)
    this.byRule.get(rule_id)?.add(hour, spent, isWhole)
  }

  estimate({ files, answers }: EstimateFacts): RulesEstimate {
    const { fromMs, newestMs, records } = this
    const coverage = new HourCoverage(fromMs ?? 0, fromMs === null ? 0 : newestMs)
    return {
      recording: {
        files: [...files],
        from: fromMs === null ? null : isoTime(fromMs),
        to: fromMs === null ? null : isoTime(newestMs),
        seconds: coverage.seconds,
        records,
        hours_of_day: coverage.hours.length,
      },
      answers,
      total: this.total.estimate(coverage),
      rules: this.rules.map(({ rule_id, name, metadata }) => ({
        rule_id,
        name,
        rule_version: metadata.version,
        ...(this.byRule.get(rule_id) ?? new HourlySpending()).estimate(coverage),
      })),
    }
  }
}
