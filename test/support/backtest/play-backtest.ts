import { lastValueFrom } from 'rxjs'
import type { BacktestModel } from '../../../pipeline/backtest/backtest-model.ts'
import { KnownAnswers } from '../../../pipeline/backtest/answers/known-answers.ts'
import { calibratedEstimate } from '../../../pipeline/backtest/models/calibrated-estimate.ts'
import { unaskedModel } from '../../../pipeline/backtest/models/unasked-model.ts'
import { runBacktest, type RunBacktestOptions } from '../../../pipeline/backtest/run-backtest.ts'
import { unnamedConfig } from '../../../pipeline/backtest/unnamed-config.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'
import { configSchema } from '../../../schemas/config.ts'
import { type Decision, decisionSchema } from '../../../schemas/decision.ts'
import { ruleSchema } from '../../../schemas/rule.ts'
import { silentTelemetry } from '../silent-telemetry.ts'

export const BACKTEST_START_MS = Date.parse('2026-11-20T10:00:00.000Z')

export interface PlayBacktestOptions extends Partial<
  Pick<
    RunBacktestOptions,
    'batches' | 'holds' | 'sourceOf' | 'onRecord' | 'onOutput' | 'telemetry' | 'knownDueMs'
  >
> {
  /** Rules as in a file. */
  readonly rules: readonly unknown[]
  readonly records?: readonly RecordedRecord[]
  /** As in a file, without its sources. */
  readonly config?: object
  readonly limits?: boolean
  readonly model?: Partial<BacktestModel>
}

export interface PlayedBacktest {
  /** The values of all that was written to a topic, a line each, in the order of writing. */
  readonly lines: (topic: 'decisions' | 'alerts' | 'dead-letter') => string
  readonly decisions: readonly Decision[]
  /** Virtual time at the end, from the start of the tests. */
  readonly endMs: number
}

/** Runs a backtest to its end; nobody is asked unless a model is given. */
export async function playBacktest(options: PlayBacktestOptions): Promise<PlayedBacktest> {
  const { model = {}, onOutput, limits = false, records = [], config, ...more } = options
  const rules = options.rules.map(rule => ruleSchema.parse(rule))
  const clock = new DrivenClock(0)
  const written = new Map<string, string[]>()
  const last = await lastValueFrom(
    runBacktest({
      batches: [records],
      holds: 'events',
      sourceOf: topic => ({ topic, format: 'json', from: 'earliest' }),
      telemetry: silentTelemetry,
      ...more,
      config:
        config === undefined
          ? unnamedConfig(rules)
          : configSchema.parse({ sources: [{ topic: 'any' }], ...config }),
      limits,
      rules,
      clock,
      model: { connect: nobody(), latencyOf: () => 0, ...model },
      onOutput: (topic, record) => {
        const lines = written.get(topic) ?? []
        written.set(topic, lines)
        lines.push(String(record.value))
        onOutput?.(topic, record)
      },
    }),
  )
  const linesOf = (topic: string) => written.get(`llmtrigger.${topic}`) ?? []
  return {
    lines: topic => linesOf(topic).join('\n'),
    decisions: linesOf('decisions').map(line => decisionSchema.parse(JSON.parse(line))),
    endMs: last.nowMs - BACKTEST_START_MS,
  }
}

function nobody(): BacktestModel['connect'] {
  const known = new KnownAnswers()
  return unaskedModel({ known, calibration: calibratedEstimate(known) })
}

/** A record of an event, so long after the start. */
export function eventRecord(
  atMs: number,
  event: Readonly<Record<string, unknown>>,
  place: Partial<Pick<RecordedRecord, 'topic' | 'partition' | 'offset'>> = {},
): RecordedRecord {
  const timestampMs = BACKTEST_START_MS + atMs
  const value = Buffer.from(JSON.stringify({ timestamp: new Date(timestampMs).toISOString(), ...event }))
  return { topic: 'signals', partition: 0, offset: 0, ...place, timestampMs, key: null, value, headers: {} }
}
