import type { LaneObserver } from '../kafka/lane-observer.ts'
import type { LaneInstruments } from './lane-instruments.ts'

/** Shows how far a lane is behind, and what its newest record says of the brokers' clock. */
export function reportLag(lanes: LaneInstruments, nowMs: () => number): Required<LaneObserver>['lag'] {
  return (stage, { topic, partition }, { records, takenMs }) => {
    const labels = { stage, topic, partition }
    lanes.lagRecords.set(labels, records)
    if (records === 0) lanes.lagSeconds.set(labels, 0)
    if (takenMs === null) return
    const aheadSeconds = (takenMs - nowMs()) / 1000
    if (records > 0) lanes.lagSeconds.set(labels, Math.max(0, -aheadSeconds))
    // Only `work` is sure to carry the brokers' time, and only a record that was taken as it came says what it is now.
    else if (stage === 'decide') lanes.clockSkew.set(aheadSeconds)
  }
}
