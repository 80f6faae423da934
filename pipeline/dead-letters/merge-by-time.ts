/** Merges sequences, each in its own order, into one: the earliest of what each has next. Holds one item of each. */
export async function* mergeByTime<T>(
  sequences: readonly AsyncGenerator<T>[],
  timeOf: (item: T) => number,
): AsyncGenerator<T> {
  const heads: { sequence: AsyncGenerator<T>; item: T }[] = []
  const advance = async (sequence: AsyncGenerator<T>, index: number) => {
    const next = await sequence.next()
    if (next.done === true) heads.splice(index, 1)
    else heads[index] = { sequence, item: next.value }
  }
  try {
    for (const sequence of sequences) await advance(sequence, heads.length)
    for (let first = earliest(heads, timeOf); first >= 0; first = earliest(heads, timeOf)) {
      const head = heads[first]
      if (head === undefined) return
      yield head.item
      await advance(head.sequence, first)
    }
  } finally {
    for (const sequence of sequences) await sequence.return(undefined)
  }
}

function earliest<T>(heads: readonly { readonly item: T }[], timeOf: (item: T) => number): number {
  const times = heads.map(({ item }) => timeOf(item))
  return times.indexOf(Math.min(...times))
}
