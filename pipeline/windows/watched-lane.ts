import type { WorkLedger } from '../../operators/lanes/work-ledger.ts'
import type { OpenWindows } from '../../operators/windows/form-windows.ts'
import type { ClosedWindows } from './closed-windows.ts'
import type { WatchedLane, WatermarkHolder } from './lane-watch.ts'

export interface LaneParts {
  readonly partition: number
  readonly ledger: WorkLedger
  readonly windows: OpenWindows
  readonly closed: ClosedWindows
}

/** Shows what a lane holds; everything is looked up when it is asked for. */
export function watchedLane({ partition, ledger, windows, closed }: LaneParts): WatchedLane {
  return {
    partition,
    get watermark() {
      return ledger.watermark
    },
    get position() {
      return ledger.position
    },
    get openWindows() {
      return windows.count
    },
    get judgingWindows() {
      return closed.count
    },
    get holder() {
      return holderAt(ledger.lowestHeld, windows, closed)
    },
    windows: () => windows.windows(),
  }
}

/** The lowest offset that is held is the first of its window, and among the open windows that of the oldest. */
function holderAt(offset: number, windows: OpenWindows, closed: ClosedWindows): WatermarkHolder | null {
  const work = closed.at(offset)
  if (work !== undefined) return { ...work, offset, isOpen: false }
  for (const { rule, key, firstOffset, openedAtMs: arrivedAtMs } of windows.windows())
    return firstOffset === offset ? { ruleId: rule.rule_id, key, offset, arrivedAtMs, isOpen: true } : null
  return null
}
