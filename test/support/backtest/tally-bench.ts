import { type BacktestFacts, backtestTally } from '../../../pipeline/backtest/tally/backtest-tally.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { alertOf } from './alert-of.ts'
import { decisionOf } from './decision-of.ts'

/** A tally whose time is set by hand. */
export function tallyBench(rules: readonly Rule[], startMs: number) {
  let nowMs = startMs
  const tally = backtestTally({ rules, clock: { now: () => nowMs }, lateAfterSeconds: 5 })
  const facts: BacktestFacts = {
    recording: { files: ['day.ndjson.gz'], skipped: {} },
    model: {
      mode: 'scripted',
      answers: { known: 0, asked: 0, missing: 0 },
      latency: 'zero',
      limits: true,
    },
  }
  return {
    ...tally,
    at: (ms: number) => {
      nowMs = ms
    },
    /** Tells of a decision, and of its alert, now. */
    decide: (more: Partial<Decision>) => {
      const decision = decisionOf({ decided_at: new Date(nowMs).toISOString(), ...more })
      tally.telemetry.decided(decision, 0)
      if (decision.outcome === 'triggered') tally.telemetry.alerted(alertOf(decision))
    },
    fill: (ruleId: string, key: string) => {
      tally.telemetry.windowFilled({ ruleId, key, mode: 'batch', count: 1, sizeMax: 5 })
    },
    reported: (more: Partial<BacktestFacts> = {}) => tally.report({ ...facts, ...more }),
  }
}
