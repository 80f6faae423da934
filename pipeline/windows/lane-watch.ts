import type { OpenWindow } from '../../operators/windows/window-book.ts'

/** The work that keeps a lane from committing further. */
export interface WatermarkHolder {
  readonly ruleId: string
  readonly key: string
  readonly offset: number
  readonly arrivedAtMs: number
  /** Its window takes events still; else it is closed, and waits for its verdict or for the commit. */
  readonly isOpen: boolean
}

/** A lane of DECIDE as it is when it is looked at. */
export interface WatchedLane {
  readonly partition: number
  /** What may be committed, and the next offset to take. */
  readonly watermark: number
  readonly position: number
  readonly openWindows: number
  /** Closed windows whose decisions are not committed. */
  readonly judgingWindows: number
  readonly holder: WatermarkHolder | null
  /** The open windows, the oldest first; nothing is copied. */
  windows(): Iterable<OpenWindow>
}

/** The lanes of DECIDE in this process, to be looked at: as many as it has been given. */
export class LaneWatch {
  private readonly watched = new Set<WatchedLane>()

  /** Returns what ends it. */
  add(lane: WatchedLane): () => void {
    this.watched.add(lane)
    return () => {
      this.watched.delete(lane)
    }
  }

  /** In the order of their partitions. */
  get lanes(): readonly WatchedLane[] {
    return [...this.watched].toSorted((one, other) => one.partition - other.partition)
  }
}
