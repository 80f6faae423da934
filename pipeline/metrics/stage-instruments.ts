import type { Counter, Gauge, Histogram } from 'prom-client'
import type { InstrumentMakers } from './instrument-makers.ts'

export interface StageInstruments {
  readonly eventsReceived: Counter<'topic'>
  readonly eventsSkipped: Counter<'topic' | 'reason'>
  readonly eventsDeadLettered: Counter<'stage' | 'reason'>
  readonly ruleEvaluations: Counter<'rule_id' | 'result'>
  readonly workRepeated: Counter<'rule_id'>
  readonly windowsOpen: Gauge<'mode'>
  readonly windowsClosed: Counter<'mode' | 'closed_by'>
  readonly windowDeadlineError: Histogram
  readonly decisions: Counter<'rule_id' | 'outcome'>
  readonly alerts: Counter<'rule_id'>
  readonly eventToDecision: Histogram<'mode'>
}

/** What the stages count: events, rules, windows, decisions, alerts. */
export function stageInstruments({ counter, gauge, histogram }: InstrumentMakers): StageInstruments {
  return {
    eventsReceived: counter('events_received_total', 'Events taken from the source topics.', ['topic']),
    eventsSkipped: counter('events_skipped_total', 'Records passed over, with the reason.', [
      'topic',
      'reason',
    ]),
    eventsDeadLettered: counter(
      'events_dead_lettered_total',
      'Records written to the dead-letter topic, with the reason.',
      ['stage', 'reason'],
    ),
    ruleEvaluations: counter(
      'rule_evaluations_total',
      'Evaluations of a rule on an event: match, no_match, unknown (a field is missing or does not fit), no_key.',
      ['rule_id', 'result'],
    ),
    workRepeated: counter(
      'work_repeated_total',
      'Work records dropped as repeats of an event or of their work.',
      ['rule_id'],
    ),
    windowsOpen: gauge('windows_open', 'Windows that hold events and wait to be closed.', ['mode']),
    windowsClosed: counter('windows_closed_total', 'Windows closed, and by what.', ['mode', 'closed_by']),
    windowDeadlineError: histogram(
      'window_deadline_error_seconds',
      'How long after its due time a window was closed.',
      { labels: [], buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] },
    ),
    decisions: counter('decisions_total', 'Committed decisions, by outcome.', ['rule_id', 'outcome']),
    alerts: counter('alerts_total', 'Committed alerts.', ['rule_id']),
    eventToDecision: histogram(
      'event_to_decision_seconds',
      'From the arrival of the last event of a window to its committed decision.',
      {
        labels: ['mode'],
        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900],
      },
    ),
  }
}
