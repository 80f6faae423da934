import { isoTime } from '../../../operators/lanes/iso-time.ts'
import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { DeadLetterReason } from '../../../schemas/failure.ts'

/** Counts records as they are played, and events as the stages take them. */
export class RecordTally {
  private records = 0
  private late = 0
  private firstMs = Infinity
  private lastMs = -Infinity
  private total = 0
  private unmatched = 0
  private readonly byTopic = new Map<string, number>()
  private readonly byReason = new Map<string, number>()

  played(timestampMs: number): void {
    this.records++
    if (timestampMs < this.lastMs) this.late++
    this.firstMs = Math.min(this.firstMs, timestampMs)
    this.lastMs = Math.max(this.lastMs, timestampMs)
  }

  received(topic: string, count: number, unmatched: number): void {
    this.total += count
    this.unmatched += unmatched
    this.byTopic.set(topic, (this.byTopic.get(topic) ?? 0) + count)
  }

  deadLettered(reason: DeadLetterReason): void {
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + 1)
  }

  get recording(): Omit<BacktestReport['recording'], 'files' | 'skipped'> {
    const { records, late: late_records, firstMs, lastMs } = this
    const range = records === 0 ? { from: null, to: null } : { from: isoTime(firstMs), to: isoTime(lastMs) }
    return { ...range, records, late_records }
  }

  get events(): BacktestReport['events'] {
    const { total, unmatched, byTopic, byReason } = this
    return {
      total,
      by_topic: Object.fromEntries([...byTopic].sort()),
      dead_lettered: Object.fromEntries([...byReason].sort()),
      unmatched,
    }
  }
}
