export interface IdealUseOptions {
  /** When others call, in ascending order. */
  readonly othersMs: readonly number[]
  /** Of a sliding window. */
  readonly limit: number
  readonly windowMs: number
  readonly fromMs: number
  readonly toMs: number
}

export interface IdealUse {
  /** Calls between the two times of a client that knows when each of the others will call, and leaves it its place. */
  readonly knowingAll: number
  /** Of one that calls at an even pace, the highest of all at which nobody is refused, as is known afterwards. */
  readonly evenly: number
}

const CELLS_PER_WINDOW = 600

/** The most that can be used of what others leave of a sliding window, by what is known of them. */
export function idealUse({ othersMs, limit, windowMs, fromMs, toMs }: IdealUseOptions): IdealUse {
  const cellMs = windowMs / CELLS_PER_WINDOW
  const others = Array.from({ length: Math.ceil(toMs / cellMs) }, () => 0)
  for (const atMs of othersMs) {
    const cell = Math.floor(atMs / cellMs)
    others[cell] = (others[cell] ?? 0) + 1
  }
  const [from, to] = [Math.floor(fromMs / cellMs), others.length]
  const room = sumsOfWindows(others).map(used => limit - used)
  const sums = [0]
  for (const sent of sentEarly(room)) sums.push((sums.at(-1) ?? 0) + sent)
  return {
    knowingAll: (sums[to] ?? 0) - (sums[from] ?? 0),
    evenly: (Math.min(...room.slice(from)) * (toMs - fromMs)) / windowMs,
  }
}

function sumsOfWindows(counts: readonly number[]): readonly number[] {
  let sum = 0
  return counts.map((count, cell) => (sum += count - (counts[cell - CELLS_PER_WINDOW] ?? 0)))
}

/** What is sent as soon as there is room for it in each window that it will be in: of windows of one length that is the most. */
function sentEarly(room: readonly number[]): readonly number[] {
  const sent: number[] = []
  const sums = [0]
  for (const cell of room.keys()) {
    const before = sums[cell] ?? 0
    // Of each window to come, what is in it already.
    const left = room
      .slice(cell, cell + CELLS_PER_WINDOW)
      .map((free, ahead) => free - (before - (sums[Math.max(0, cell + ahead + 1 - CELLS_PER_WINDOW)] ?? 0)))
    const now = Math.max(0, Math.min(...left))
    sent.push(now)
    sums.push(before + now)
  }
  return sent
}
