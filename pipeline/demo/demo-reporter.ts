import type { DemoSummary } from './demo-summary.ts'
import type { DemoTally } from './demo-tally.ts'
import type { Progress } from '../playing/record-player.ts'

/** Shows a demo on one kind of output. */
export interface DemoReporter {
  readonly show: (tally: DemoTally, progress: Progress) => void
  /** After the last `show`, where the demo ran to its end. */
  readonly end: (summary: DemoSummary) => void
  /** Leaves the output as it was found; also after a failure. */
  readonly close: () => void
}
