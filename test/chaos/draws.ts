/** Chance from a seed: the same seed draws the same. */
export interface Draws {
  /** From 0 up to 1. */
  readonly next: () => number
  /** A whole number, both ends included. */
  readonly between: (least: number, most: number) => number
  readonly chance: (share: number) => boolean
  readonly pick: <T>(items: readonly T[]) => T | undefined
  readonly shuffle: <T>(items: readonly T[]) => T[]
}

/** Draws from a seed, by a counter that is mixed well (splitmix, 32 bits). */
export function drawsFrom(seed: number): Draws {
  let counter = mixed(seed)
  const next = (): number => {
    counter = (counter + 0x9e3779b9) | 0
    return (mixed(counter) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    chance: share => next() < share,
    pick: items => items[between(0, items.length - 1)],
    shuffle: items =>
      items
        .map(item => ({ item, at: next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item),
  }
}

function mixed(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
  const second = Math.imul(first ^ (first >>> 15), 0x735a2d97)
  return second ^ (second >>> 15)
}
