/** What is known of one key. */
export interface KeyCount {
  readonly key: string
  /** At most so many. */
  events: number
  /** Since the key is watched. */
  windows: number
  calls: number
  alerts: number
}

/**
 * Counts the events of the keys that have the most of them, in bounded memory (the space-saving algorithm): a key that is not
 * watched takes the place, and the count, of the one with the fewest. As long as there are at most `watchedMax` keys all counts are
 * exact. Past that a count of events is an upper bound, too high by at most the events of all keys divided by `watchedMax`, every key with more events
 * than that is watched, and windows, calls and alerts are lower bounds, since they are counted from when the key was taken up.
 */
export class FrequentKeys {
  /** By their events, most first. */
  private readonly ranks: RankedKey[] = []
  private readonly watched = new Map<string, RankedKey>()
  /** Where the keys with so many events begin. */
  private readonly starts = new Map<number, number>()
  private readonly watchedMax: number

  constructor(watchedMax: number) {
    this.watchedMax = watchedMax
  }

  /** An event more; whether the key was watched before. */
  add(key: string): boolean {
    const found = this.watched.get(key)
    this.raise(found ?? this.take(key))
    return found !== undefined
  }

  /** The count of a key, if it is watched, for what is known of it besides events. */
  find(key: string): KeyCount | undefined {
    return this.watched.get(key)
  }

  top(count: number): readonly KeyCount[] {
    return this.ranks.slice(0, count)
  }

  /** A place for the key: behind the last one, or that of the last one. */
  private take(key: string): RankedKey {
    const last = this.ranks.length < this.watchedMax ? undefined : this.ranks.at(-1)
    if (last !== undefined) this.watched.delete(last.key)
    const { events, place } = last ?? { events: 0, place: this.ranks.length }
    const taken = { key, events, place, windows: 0, calls: 0, alerts: 0 }
    this.ranks[place] = taken
    this.watched.set(key, taken)
    return taken
  }

  /** One event more: it changes places with the first of its like, and joins those before them. */
  private raise(raised: RankedKey): void {
    const { events } = raised
    const start = this.starts.get(events) ?? raised.place
    const first = this.ranks[start] ?? raised
    this.put(first, raised.place)
    this.put(raised, start)
    if (this.ranks[start + 1]?.events === events) this.starts.set(events, start + 1)
    else this.starts.delete(events)
    raised.events = events + 1
    if (!this.starts.has(events + 1)) this.starts.set(events + 1, start)
  }

  private put(key: RankedKey, place: number): void {
    this.ranks[place] = key
    key.place = place
  }
}

interface RankedKey extends KeyCount {
  place: number
}
