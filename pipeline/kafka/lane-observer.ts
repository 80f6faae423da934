import type { LaneSubscription } from '../../operators/lanes/lane.ts'

/** How far a lane is behind its partition. */
export interface LaneLag {
  /** Between the position and the last stable offset, markers counted. */
  readonly records: number
  /** Timestamp of the newest record taken by the fetch, epoch milliseconds; null when there was none. */
  readonly takenMs: number | null
}

/** What the lanes report as it happens. Implementations must not throw and must not block. */
export interface LaneObserver {
  /** This process is a member of a new generation of the group, with so many members; before any lane of it opens. */
  readonly joined?: (stage: LaneSubscription['stage'], members: number) => void
  /** `reason`: `assigned`, or the code of the failure after which it was opened again. */
  readonly laneOpened?: (stage: LaneSubscription['stage'], reason: string) => void
  /** A transaction was committed, and how long that took. */
  readonly commitEnded?: (stage: LaneSubscription['stage'], seconds: number) => void
  /** Records that are passed over because the log no longer holds them. */
  readonly skipped?: (topic: string, reason: string, count: number) => void
  /** The broker answered with a position that is older than what was committed, as the group knows or the outputs show. */
  readonly commitForgotten?: (
    stage: LaneSubscription['stage'],
    partition: { topic: string; partition: number },
    offsets: { readonly answered: number | null; readonly committed: number },
  ) => void
  /** The outputs are read for what the broker may have forgotten: every few seconds while that lasts. */
  readonly outputsRead?: (
    stage: LaneSubscription['stage'],
    partition: { topic: string; partition: number },
    progress: { readonly records: number },
  ) => void
  /** After each fetch of a partition. */
  readonly lag?: (
    stage: LaneSubscription['stage'],
    partition: { topic: string; partition: number },
    behind: LaneLag,
  ) => void
  /** The lane has left this process: what it reported holds no more. */
  readonly laneLeft?: (
    stage: LaneSubscription['stage'],
    partition: { topic: string; partition: number },
  ) => void
  /** A lane failed and will be opened again, or not; the cause is in the error. */
  readonly laneFailed?: (
    stage: LaneSubscription['stage'],
    partition: { topic: string; partition: number },
    error: Error,
  ) => void
}
