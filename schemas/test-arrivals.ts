import { sinceStartMs } from './since-start.ts'

/** When an event of a test arrives, as it is written. */
export interface ArrivalTimes {
  readonly at?: string | undefined
  readonly repeat?: number | undefined
  readonly every?: string | undefined
}

/** The arrivals of an event and its repeats, in milliseconds after the start. */
export interface TestArrivals<T> {
  readonly event: T
  readonly count: number
  readonly firstMs: number
  readonly everyMs: number
  readonly lastMs: number
  /** The latest arrival before these. */
  readonly previousMs: number
}

/** When the events of a test arrive: one without `at` as the one before it, the first at the start. */
export function testArrivals<T extends ArrivalTimes>(events: readonly T[]): readonly TestArrivals<T>[] {
  let previousMs = 0
  return events.map(event => {
    const { at, repeat: count = 1, every = '0s' } = event
    const firstMs = at === undefined ? previousMs : sinceStartMs(at)
    const everyMs = sinceStartMs(every)
    const lastMs = firstMs + (count - 1) * everyMs
    const arrivals = { event, count, firstMs, everyMs, lastMs, previousMs }
    previousMs = Math.max(previousMs, lastMs)
    return arrivals
  })
}
