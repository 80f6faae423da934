/** How finely time is told: what is counted is forgotten after one span, at most one cell of it too early. */
const CELLS = 30

/**
 * How often something happened within the last span.
 *
 * Time:  the caller's, in milliseconds from 0 on; it never goes back.
 * State: one number for each of its cells, however much happens.
 */
export class RecentCount {
  private readonly cells = new Array<number>(CELLS).fill(0)
  private readonly cellMs: number
  /** The last one that was written, counted from time 0. */
  private cell = 0
  private sum = 0

  constructor(spanMs: number) {
    this.cellMs = spanMs / CELLS
  }

  add(nowMs: number): void {
    this.forget(nowMs)
    const index = this.cell % CELLS
    this.cells[index] = (this.cells[index] ?? 0) + 1
    this.sum++
  }

  at(nowMs: number): number {
    this.forget(nowMs)
    return this.sum
  }

  clear(): void {
    this.cells.fill(0)
    this.sum = 0
  }

  private forget(nowMs: number): void {
    const cell = Math.floor(nowMs / this.cellMs)
    const first = Math.max(this.cell + 1, cell - CELLS + 1)
    for (let past = first; past <= cell; past++) {
      this.sum -= this.cells[past % CELLS] ?? 0
      this.cells[past % CELLS] = 0
    }
    this.cell = Math.max(this.cell, cell)
  }
}
