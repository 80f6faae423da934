import type { ClosedWindow } from '../../operators/windows/window.ts'

export interface ClosedWork {
  readonly ruleId: string
  readonly key: string
  readonly arrivedAtMs: number
}

/** The windows of a lane between their closing and their commit, by the offset of their first event: no more than it holds events. */
export class ClosedWindows {
  private readonly byOffset = new Map<number, ClosedWork>()

  get count(): number {
    return this.byOffset.size
  }

  add({ ruleId, key, held: [first] }: ClosedWindow): void {
    if (first === undefined) return
    this.byOffset.set(first.offset, { ruleId, key, arrivedAtMs: first.arrivedAtMs })
  }

  at(offset: number): ClosedWork | undefined {
    return this.byOffset.get(offset)
  }

  /** Of the work that a decision finishes, the first is the window's. */
  committed([first]: readonly number[]): void {
    if (first !== undefined) this.byOffset.delete(first)
  }
}
