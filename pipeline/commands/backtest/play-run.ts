import { fromEvent, lastValueFrom, merge, takeUntil, tap } from 'rxjs'
import type { Alert } from '../../../schemas/alert.ts'
import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { Rule } from '../../../schemas/rule.ts'
import type { Latency } from '../../backtest/models/latency-of.ts'
import type { OpenedModel } from '../../backtest/models/open-backtest-model.ts'
import { runBacktest, type RunBacktestOptions } from '../../backtest/run-backtest.ts'
import { backtestTally } from '../../backtest/tally/backtest-tally.ts'
import { DrivenClock } from '../../memory/driven-clock.ts'
import type { RecordBatches } from '../../playing/record-feed.ts'
import type { RecordedRecord } from '../../recordings/recorded-record.ts'
import type { PlayedRecords } from './played-records.ts'
import type { PreparedBacktest } from './prepare-backtest.ts'
import type { RunProgress } from './run-progress.ts'

export interface PlayRunOptions {
  readonly prepared: PreparedBacktest
  readonly records: PlayedRecords
  readonly model: OpenedModel
  readonly progress: RunProgress
  readonly rules: readonly Rule[]
  /** What is played, where it is not as it was recorded. */
  readonly batches?: RecordBatches
  /** When windows of the recorded pipeline were due. */
  readonly knownDueMs?: RunBacktestOptions['knownDueMs']
  readonly onRecord?: (record: RecordedRecord) => void
  readonly onDecision?: (decision: Decision) => void
  readonly onAlert?: (alert: Alert) => void
}

const ignore = () => undefined

/** Plays the recordings once with some rules; null where it was interrupted. */
export async function playRun(run: PlayRunOptions): Promise<BacktestReport | null> {
  const { prepared, records, model, progress, rules, batches = records.batches() } = run
  const { options, config, sourceOf } = prepared
  const { onRecord = ignore, onDecision = ignore, onAlert = ignore } = run
  const clock = new DrivenClock(0)
  const tally = backtestTally({ rules, clock, lateAfterSeconds: options.lateAfterSeconds })
  const before = { ...model.counts }
  const interrupted$ = merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM'))
  const played$ = runBacktest({
    ...{ config, rules, sourceOf, clock, model, batches },
    holds: options.fromWork ? 'work' : 'events',
    limits: options.limits,
    knownDueMs: run.knownDueMs,
    telemetry: {
      ...tally.telemetry,
      decided: (decision, sinceArrivalMs) => {
        tally.telemetry.decided(decision, sinceArrivalMs)
        onDecision(decision)
      },
      alerted: alert => {
        tally.telemetry.alerted(alert)
        onAlert(alert)
      },
    },
    onRecord: record => {
      tally.played(record)
      progress.played(record)
      onRecord(record)
    },
  })
  const last = await lastValueFrom(
    played$.pipe(
      tap(() => {
        progress.show()
      }),
      takeUntil(interrupted$),
    ),
    { defaultValue: null },
  )
  if (last?.ended !== true) return null
  return tally.report({
    recording: { files: [...options.files], skipped: records.skipped },
    model: {
      mode: options.mode,
      answers: {
        known: model.counts.known - before.known,
        asked: model.counts.asked - before.asked,
        missing: model.counts.missing - before.missing,
      },
      latency: latencyText(options.latency),
      limits: options.limits,
    },
  })
}

function latencyText(latency: Latency): string {
  if (typeof latency === 'string') return latency
  return latency === 0 ? 'zero' : `${latency} ms`
}
