import type { Counter, Gauge, Histogram } from 'prom-client'
import type { InstrumentMakers } from './instrument-makers.ts'

export interface LaneInstruments {
  readonly heldEvents: Gauge<'stage' | 'partition'>
  readonly oldestHeld: Gauge<'stage' | 'partition'>
  readonly opens: Counter<'stage' | 'reason'>
  readonly commit: Histogram<'stage'>
  readonly clockSkew: Gauge
  readonly lagRecords: Gauge<'stage' | 'topic' | 'partition'>
  readonly lagSeconds: Gauge<'stage' | 'topic' | 'partition'>
}

/** What is known of the lanes: what they hold, how they commit, how far behind they are. */
export function laneInstruments({ counter, gauge, histogram }: InstrumentMakers): LaneInstruments {
  return {
    heldEvents: gauge('lane_held_events', 'Events that a lane holds: taken and not yet decided.', [
      'stage',
      'partition',
    ]),
    oldestHeld: gauge('lane_oldest_held_seconds', 'Age of the oldest event that a lane holds.', [
      'stage',
      'partition',
    ]),
    opens: counter('lane_opens_total', 'Lanes opened, and why.', ['stage', 'reason']),
    commit: histogram('lane_commit_seconds', 'Time that a transaction took to commit.', {
      labels: ['stage'],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 12],
    }),
    clockSkew: gauge(
      'lane_clock_skew_seconds',
      "How far the brokers' clock is ahead of this process's, less the time that the last record took to arrive.",
      [],
    ),
    lagRecords: gauge('lag_records', 'Records between the position of a lane and the end of its partition.', [
      'stage',
      'topic',
      'partition',
    ]),
    lagSeconds: gauge(
      'lag_seconds',
      'Age of the newest record that a lane has taken; 0 when nothing is left to take.',
      ['stage', 'topic', 'partition'],
    ),
  }
}
