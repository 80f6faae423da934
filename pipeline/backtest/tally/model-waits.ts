import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Decision } from '../../../schemas/decision.ts'
import { SpreadHistogram } from './spread-histogram.ts'

interface ModelWait {
  readonly waited: SpreadHistogram
  late: number
}

/** How long calls waited for the limits of their model, and which decisions were late for it. */
export class ModelWaits {
  private readonly models = new Map<string, ModelWait>()
  private readonly lateAfterSeconds: number

  constructor(lateAfterSeconds: number) {
    this.lateAfterSeconds = lateAfterSeconds
  }

  called(model: string, waitedMs: number): void {
    this.of(model).waited.add(waitedMs)
  }

  /** Late is what was decided more than so long after its window had closed. */
  decided({ model, waited_ms: { queue, call } }: Decision): void {
    if (model !== null && queue + call > this.lateAfterSeconds * 1000) this.of(model).late++
  }

  get report(): BacktestReport['queues'] {
    const models = [...this.models].sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(
      models.map(([model, { waited, late }]) => {
        return [model, { waited_ms: waited.spread, late, late_after_seconds: this.lateAfterSeconds }]
      }),
    )
  }

  private of(model: string): ModelWait {
    const found = this.models.get(model) ?? { waited: new SpreadHistogram(), late: 0 }
    this.models.set(model, found)
    return found
  }
}
