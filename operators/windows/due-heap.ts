export interface Due {
  readonly dueMs: number
  /** Orders what is due at the same time. */
  readonly firstOffset: number
}

/** A binary heap of what falls due, earliest first, then by first offset. */
export interface DueHeap<T extends Due> {
  push(item: T): void
  peek(): T | undefined
  pop(): T | undefined
  readonly size: number
}

/** Bounded by its caller: one entry for each open window. */
export function dueHeap<T extends Due>(): DueHeap<T> {
  const items: T[] = []
  return {
    push(item) {
      items.push(item)
      rise(items, items.length - 1)
    },
    peek: () => items[0],
    pop() {
      const top = items[0]
      const last = items.pop()
      if (last !== undefined && items.length > 0) {
        items[0] = last
        sink(items)
      }
      return top
    },
    get size() {
      return items.length
    },
  }
}

function rise(items: Due[], from: number): void {
  let at = from
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!swapIfEarlier(items, at, parent)) return
    at = parent
  }
}

function sink(items: Due[]): void {
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const child = isEarlier(items[left + 1], items[left]) ? left + 1 : left
    if (!swapIfEarlier(items, child, at)) return
    at = child
  }
}

function swapIfEarlier(items: Due[], lower: number, upper: number): boolean {
  const a = items[lower]
  const b = items[upper]
  if (a === undefined || b === undefined || !isEarlier(a, b)) return false
  items[upper] = a
  items[lower] = b
  return true
}

function isEarlier(a: Due | undefined, b: Due | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.firstOffset < b.firstOffset)
}
