/** Cells of a log: more take room and time, fewer hold each cost longer than they must. */
const CELLS = 600

/** What was sent within the last `spanMs`, in cells: of each cell it is known how much, but not when within it. */
export interface WindowLog {
  /** The longest that a cost is held: the span, and at most two cells more. */
  readonly heldMs: number
  /** What is held: all that was sent within the span, and of what is older that of two cells at most. */
  readonly used: number
  /** Time goes on; it never goes back. */
  moveTo(nowMs: number): void
  /** Adds to what was sent at `atMs`, or takes from it; nothing where that is held no longer. */
  add(atMs: number, cost: number): void
  /** From when on no more than `level` of what is held now is used; Infinity for a level below zero. */
  fallsToAtMs(level: number): number
}

/**
 * Starts empty. Holds at most 601 cells, whatever is sent.
 *
 * A cell is held until all of it is older than the span, so that two costs less than the span apart are never counted
 * apart: what rounding costs is time, never the limit.
 */
export function windowLog(spanMs: number): WindowLog {
  const cellMs = Math.ceil(spanMs / CELLS)
  const size = Math.ceil(spanMs / cellMs) + 1
  const cells = new Float64Array(size)
  let newest = 0
  let used = 0
  const cellOf = (atMs: number) => Math.floor(atMs / cellMs)
  const costIn = (cell: number) => cells[cell % size] ?? 0
  return {
    heldMs: size * cellMs,
    get used() {
      return used
    },
    moveTo(nowMs) {
      const cell = cellOf(nowMs)
      // After a long silence every cell is old, and each is looked at once.
      for (let next = Math.max(newest + 1, cell - size + 1); next <= cell; next++) {
        used -= costIn(next)
        cells[next % size] = 0
      }
      newest = Math.max(newest, cell)
    },
    add(atMs, cost) {
      const cell = cellOf(atMs)
      if (cell <= newest - size) return
      cells[cell % size] = costIn(cell) + cost
      used += cost
    },
    fallsToAtMs(level) {
      if (used <= level) return -Infinity
      let left = used
      const oldest = newest - size + 1
      // Counted on rather than divided for each cell, which takes five times as long.
      let index = oldest % size
      for (let cell = oldest; cell <= newest; cell++) {
        left -= cells[index] ?? 0
        if (left <= level) return (cell + size) * cellMs
        index = index + 1 === size ? 0 : index + 1
      }
      return Infinity
    },
  }
}
