import type { SchedulerLike } from 'rxjs'
import { isoTime } from '../../../operators/lanes/iso-time.ts'
import type { Telemetry } from '../../../operators/telemetry.ts'
import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Alert } from '../../../schemas/alert.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { Calendar } from './calendar.ts'
import { ModelWaits } from './model-waits.ts'
import { RecordTally } from './record-tally.ts'
import { RuleTallies } from './rule-tallies.ts'
import { SpendingSum } from './spending-sum.ts'
import { Timeline } from './timeline.ts'

/** Alerts that are told one by one. */
export const TOLD_ALERTS_MAX = 500

export interface BacktestTallyOptions {
  readonly rules: readonly Rule[]
  /** Virtual: what happens is counted to the time that it shows. */
  readonly clock: Pick<SchedulerLike, 'now'>
  /** How long after its window closed a decision counts as late. */
  readonly lateAfterSeconds: number
}

/** What a run is told by, and what only those who started it know. */
export interface BacktestFacts {
  readonly recording: Pick<BacktestReport['recording'], 'files' | 'skipped'>
  readonly model: BacktestReport['model']
}

export interface BacktestTally {
  readonly telemetry: Telemetry
  /** To be called with each record, in the order in which they are played. */
  readonly played: (record: { readonly timestampMs: number }) => void
  /** What has come of it so far. */
  readonly report: (facts: BacktestFacts) => BacktestReport
}

const ignore = () => undefined

/** Adds up what the stages report, in memory that does not grow with the length of the recording. */
export function backtestTally(options: BacktestTallyOptions): BacktestTally {
  const tally = new Tally(options)
  return {
    telemetry: {
      eventsSkipped: ignore,
      workRepeated: ignore,
      windowsOpen: ignore,
      laneHeld: ignore,
      answered: ignore,
      fellBack: ignore,
      callsAbandoned: ignore,
      // Of each decision, so that tokens and calls are those of the decisions.
      modelTokens: ignore,
      eventsReceived: (topic, count, unmatched) => {
        tally.received(topic, count, unmatched)
      },
      deadLettered: (_stage, reason) => {
        tally.records.deadLettered(reason)
      },
      rulesEvaluated: (ruleId, result, count) => {
        tally.rules.find(ruleId)?.evaluated(result, count)
      },
      windowFilled: ({ ruleId, key }) => {
        tally.rules.find(ruleId)?.filled(key, tally.bucket)
      },
      windowClosed: () => {
        tally.windows++
      },
      modelCalled: ({ model, waitedMs }) => {
        tally.waits.called(model, waitedMs)
      },
      decided: decision => {
        tally.decided(decision)
      },
      alerted: alert => {
        tally.alerted(alert)
      },
    },
    played: ({ timestampMs }) => {
      tally.records.played(timestampMs)
    },
    report: facts => tally.report(facts),
  }
}

class Tally {
  readonly records = new RecordTally()
  readonly rules: RuleTallies
  readonly waits: ModelWaits
  windows = 0
  private readonly clock: Pick<SchedulerLike, 'now'>
  private readonly timeline = new Timeline()
  private readonly calendar = new Calendar()
  private readonly spending = new SpendingSum()
  private readonly events = this.timeline.open()
  private readonly told: BacktestReport['alerts'] = []
  private decisions = 0
  private alerts = 0

  constructor({ rules, clock, lateAfterSeconds }: BacktestTallyOptions) {
    this.clock = clock
    this.rules = new RuleTallies(rules, this.timeline)
    this.waits = new ModelWaits(lateAfterSeconds)
  }

  /** Of the timeline, now. */
  get bucket(): number {
    return this.timeline.at(this.clock.now())
  }

  received(topic: string, count: number, unmatched: number): void {
    const { bucket, events } = this
    events[bucket] = (events[bucket] ?? 0) + count
    this.calendar.received(this.clock.now(), count)
    this.records.received(topic, count, unmatched)
  }

  decided(decision: Decision): void {
    this.decisions++
    this.rules.of(decision)?.decided(decision, this.bucket)
    this.spending.add(decision)
    this.calendar.decided(this.clock.now(), decision)
    this.waits.decided(decision)
  }

  alerted(alert: Alert): void {
    const { rule_id, key, raised_at, event_count, confidence, reason } = alert
    this.alerts++
    this.rules.find(rule_id)?.alerted(key, this.bucket)
    this.calendar.alerted(this.clock.now())
    if (this.told.length >= TOLD_ALERTS_MAX) return
    this.told.push({ rule_id, key, raised_at, event_count, confidence, reason })
  }

  report({ recording, model }: BacktestFacts): BacktestReport {
    const { windows, alerts, decisions } = this
    const { axis } = this.timeline
    return {
      format: 1,
      recording: { ...recording, ...this.records.recording },
      model,
      events: this.records.events,
      total: { ...this.spending.total, windows, alerts, decisions },
      rules: this.rules.reports,
      ...this.calendar.report,
      timeline: axis && {
        start: isoTime(axis.startMs),
        bucket_seconds: axis.bucketSeconds,
        events: this.timeline.listOf(this.events),
        rules: this.rules.overTime,
      },
      alerts: this.told.toSorted((one, other) => (one.raised_at < other.raised_at ? -1 : 1)),
      alerts_omitted: alerts - this.told.length,
      queues: model.limits ? this.waits.report : {},
    }
  }
}
