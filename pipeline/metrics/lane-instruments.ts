import type { Counter, Gauge, Histogram } from 'prom-client'
import type { InstrumentMakers } from './instrument-makers.ts'

export interface LaneInstruments {
  readonly heldEvents: Gauge<'stage' | 'partition'>
  readonly heldBytes: Gauge<'stage' | 'partition'>
  readonly judging: Gauge<'stage' | 'partition'>
  readonly decidedAhead: Gauge<'stage' | 'partition'>
  readonly dedupeIds: Gauge<'stage' | 'partition'>
  readonly oldestHeld: Gauge<'stage' | 'partition'>
  readonly opens: Counter<'stage' | 'reason'>
  readonly commit: Histogram<'stage'>
  readonly clockSkew: Gauge
  readonly lagRecords: Gauge<'stage' | 'topic' | 'partition'>
  readonly lagSeconds: Gauge<'stage' | 'topic' | 'partition'>
}

/** What is known of the lanes: what they hold, how they commit, how far behind they are. */
export function laneInstruments({ counter, gauge, histogram }: InstrumentMakers): LaneInstruments {
  const ofLane = (name: string, help: string) => gauge(name, help, ['stage', 'partition'])
  return {
    heldEvents: ofLane('lane_held_events', 'Events that a lane holds: taken and not yet decided.'),
    heldBytes: ofLane('lane_held_bytes', 'Bytes of the work records of those events.'),
    judging: ofLane('lane_judging_windows', 'Windows of a lane that a model is asked about.'),
    decidedAhead: ofLane(
      'lane_decided_ahead',
      'Offsets of a lane that are decided or in judgement beyond the oldest that is not decided.',
    ),
    dedupeIds: ofLane('lane_dedupe_ids', 'Ids that a lane remembers against repeats, of the kind with most.'),
    oldestHeld: ofLane('lane_oldest_held_seconds', 'Age of the oldest event that a lane holds.'),
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
