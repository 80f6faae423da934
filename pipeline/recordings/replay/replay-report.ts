import { DurationHistogram } from '../../../operators/gateway/statistics/duration-histogram.ts'
import type { SentRecord } from '../../kafka/recordings/record-sender.ts'
import { amountText } from '../../terminal/amount-text.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { remainingText } from '../../terminal/remaining-text.ts'
import type { SkippedLines } from '../open-recording.ts'
import type { Acknowledged } from './acknowledged.ts'
import type { Pace } from './pace.ts'
import type { Target } from './plan-targets.ts'
import type { Survey } from './survey-recording.ts'

export interface ReplayReportOptions {
  readonly file: string
  readonly survey: Survey
  readonly targets: readonly Target[]
  readonly acknowledged: Acknowledged
  readonly skipped: SkippedLines
  readonly speed: number | 'max'
  readonly pace: Pick<Pace, 'leftMs'>
  /** In milliseconds, as records are due in it. */
  readonly wall: () => number
}

type ReplayEnd = 'complete' | 'interrupted' | 'dry_run'

/** Nobody wonders about less. */
const WAIT_TOLD_MS = 5000

/** Measures how well a replay keeps its pace, and says how far it is and what came of it. */
export class ReplayReport {
  readonly #options: ReplayReportOptions
  readonly #errors = new DurationHistogram()
  readonly #startedMs: number
  /** What an earlier replay has done. */
  readonly #before: number
  #nextDueMs = -Infinity

  constructor(options: ReplayReportOptions) {
    this.#options = options
    this.#startedMs = options.wall()
    this.#before = options.acknowledged.records
  }

  get hasSent(): boolean {
    return this.#errors.meanMs !== null
  }

  sent(records: readonly SentRecord[]): void {
    const nowMs = this.#options.wall()
    for (const { dueMs } of records) this.#errors.add(Math.abs(nowMs - dueMs))
  }

  next(dueMs: number): void {
    this.#nextDueMs = dueMs
  }

  /** Where it is now, on one line. */
  describe(): string {
    const { survey, acknowledged, wall } = this.#options
    const counts = `${amountText(acknowledged.records, 'count')} of ${amountText(survey.records, 'count')} records`
    const waitMs = this.#nextDueMs - wall()
    const wait = waitMs < WAIT_TOLD_MS ? '' : `  the next one in ${amountText(waitMs / 1000, 'seconds')}`
    return `replaying  ${counts}  ${this.#remaining()}${wait}`
  }

  end(ended: ReplayEnd, { terminal, json }: { readonly terminal: Terminal; readonly json: boolean }): void {
    if (json) terminal.print(JSON.stringify(this.#document(ended)))
    else for (const line of this.#lines(ended)) terminal.print(line)
  }

  #remaining(): string {
    const { survey, acknowledged, speed, pace, wall } = this.#options
    const { records } = acknowledged
    // At its own pace the times of the recording say how long it takes yet.
    if (speed !== 'max') {
      const percent = Math.floor((100 * records) / survey.records)
      return `${percent} %  ${amountText(pace.leftMs(survey.lastMs) / 1000, 'seconds')} left`
    }
    const before = this.#before / survey.records
    return remainingText({ part: records / survey.records, before, ms: wall() - this.#startedMs })
  }

  #lines(ended: ReplayEnd): readonly string[] {
    if (ended === 'dry_run') return this.#plan()
    const { file, targets, acknowledged, survey, wall } = this.#options
    const took = amountText((wall() - this.#startedMs) / 1000, 'seconds')
    const count = amountText(acknowledged.records, 'count')
    const of =
      ended === 'complete' ? `${count} records` : `${count} of ${amountText(survey.records, 'count')} records`
    const sent = ended === 'complete' ? targets.map(target => `  ${targetText(target)}`) : []
    return [`${file}: replayed ${of} in ${took}`, ...sent, ...this.#paceLine()]
  }

  #plan(): readonly string[] {
    const { file, survey, targets, speed } = this.#options
    const span = (survey.lastMs - survey.firstMs) / 1000
    const lasts = speed === 'max' ? 'as fast as it goes' : `in ${amountText(span / speed, 'seconds')}`
    const count = `${amountText(survey.records, 'count')} records of ${amountText(span, 'seconds')}`
    return [`${file}: would replay ${count} ${lasts}`, ...targets.map(target => `  ${targetText(target)}`)]
  }

  #paceLine(): readonly string[] {
    const pace = this.#pace()
    if (pace === null) return []
    const { p50, p99, max } = pace
    return [
      `  pace: half of them within ${msText(p50)} of their time, 99 % within ${msText(p99)}, all within ${msText(max)}`,
    ]
  }

  #pace(): { readonly p50: number; readonly p99: number; readonly max: number } | null {
    if (this.#options.speed === 'max' || this.#errors.meanMs === null) return null
    const [p50 = 0, p99 = 0, max = 0] = [0.5, 0.99, 1].map(share => this.#errors.percentileMs(share) ?? 0)
    return { p50, p99, max }
  }

  #document(ended: ReplayEnd): Readonly<Record<string, unknown>> {
    const { file, targets, acknowledged, survey, skipped, wall } = this.#options
    return {
      file,
      ended,
      records: acknowledged.records,
      of_records: survey.records,
      first: new Date(survey.firstMs).toISOString(),
      last: new Date(survey.lastMs).toISOString(),
      seconds: Math.round(wall() - this.#startedMs) / 1000,
      pace_ms: this.#pace(),
      targets: targets.map(({ topic, target, records, keepsPartitions }) => ({
        topic,
        target,
        records,
        partitions: keepsPartitions ? 'kept' : 'by_key',
      })),
      skipped,
    }
  }
}

function targetText({ topic, target, records, partitions, keepsPartitions }: Target): string {
  const where = target === topic ? `to ${target}` : `of ${topic} to ${target}`
  const few = `${partitions} partition${partitions === 1 ? '' : 's'}`
  const how = keepsPartitions ? 'each into its partition' : `by key, since more than ${few} were recorded`
  return `${amountText(records, 'count')} records ${where}, ${how}`
}

function msText(ms: number): string {
  return ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : amountText(ms / 1000, 'seconds')
}
