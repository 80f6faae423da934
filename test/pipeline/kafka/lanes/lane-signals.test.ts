import { Subject } from 'rxjs'
import { describe, expect, test, vi } from 'vitest'
import type { LaneSignal } from '../../../../operators/lanes/lane.ts'
import type { FetchTarget } from '../../../../pipeline/kafka/lanes/fetch-lanes.ts'
import { laneSignals } from '../../../../pipeline/kafka/lanes/lane-signals.ts'
import type { Slice } from '../../../../pipeline/kafka/lanes/read-slice.ts'

describe('laneSignals', () => {
  test('seeks when it is subscribed to, and stops reading when it is not any more', () => {
    const { targets, subscribe } = setUp()
    expect(targets.size).toBe(0)
    const { unsubscribe } = subscribe()
    expect([...targets][0]).toMatchObject({ position: 5, wanted: true, wantsEnd: true })
    unsubscribe()
    expect(targets.size).toBe(0)
  })

  test('delivers a slice, and says whether it proves the end', () => {
    const { take, subscribe } = setUp()
    const { seen } = subscribe()
    take(slice([5, 6], 7, 9))
    take(slice([7], 9, 9))
    expect(brief(seen)).toEqual(['5,6 to 7', '7 to 9 end'])
  })

  test('says the end once, when a fetch at the last stable offset brings nothing', () => {
    const { take, subscribe, idle } = setUp()
    const { seen } = subscribe()
    take(slice([], 5, 5))
    take(slice([], 5, 5))
    expect(brief(seen)).toEqual(['end'])
    expect(idle).toHaveBeenCalledTimes(1)
  })

  test('is not at its end before the last stable offset, also with nothing to deliver', () => {
    const { take, subscribe, target } = setUp()
    const { seen } = subscribe()
    take(slice([], 5, 8))
    expect(seen).toEqual([])
    expect(target().wantsEnd).toBe(true)
  })

  test('tells the position behind markers, so that it can be committed', () => {
    const { take, subscribe } = setUp()
    const { seen } = subscribe()
    take(slice([], 8, 8))
    expect(seen).toEqual([{ kind: 'records', records: [], nextOffset: 8, atEnd: true }])
  })

  test('holds a slice that arrives while paused, and fetches nothing until it is delivered', async () => {
    const { take, subscribe, target, signals } = setUp()
    const { seen } = subscribe()
    signals.pause()
    expect(target().wanted).toBe(false)
    take(slice([5], 6, 6))
    expect(seen).toEqual([])
    signals.resume()
    expect(target()).toMatchObject({ wanted: false, position: 6 })
    await vi.waitFor(() => expect(brief(seen)).toEqual(['5 to 6']))
    // Held for a while, it proves nothing about the end.
    expect(target()).toMatchObject({ wanted: true, wantsEnd: true })
    take(slice([], 6, 6))
    expect(brief(seen)).toEqual(['5 to 6', 'end'])
  })

  test('says the end again after resuming', () => {
    const { take, subscribe, signals } = setUp()
    const { seen } = subscribe()
    take(slice([], 5, 5))
    signals.pause()
    signals.resume()
    take(slice([], 5, 5))
    expect(brief(seen)).toEqual(['end', 'end'])
  })

  test('completes when the stage stops', () => {
    const { targets, subscribe, stopping$ } = setUp()
    const { completed } = subscribe()
    stopping$.next()
    expect(completed()).toBe(true)
    expect(targets.size).toBe(0)
  })

  test('fails when the log does not hold the position', () => {
    const { subscribe, target } = setUp()
    const { failures } = subscribe()
    target().outOfRange(new Error('gone'))
    expect(failures).toEqual(['lost: gone'])
  })
})

function setUp() {
  const targets = new Set<FetchTarget>()
  const stopping$ = new Subject<void>()
  const idle = vi.fn()
  const signals = laneSignals({
    at: { topic: 't', partition: 0 },
    offset: 5,
    fetches: { add: one => targets.add(one), remove: one => targets.delete(one), stop: () => undefined },
    stopping$,
    outOfRange: ({ message }) => new Error(`lost: ${message}`),
    onLag: () => undefined,
    onIdle: idle,
  })
  const target = (): FetchTarget => {
    const [one] = targets
    if (one === undefined) throw new Error('nothing is read')
    return one
  }
  const subscribe = () => {
    const seen: LaneSignal[] = []
    const failures: string[] = []
    let completed = false
    const subscription = signals.signals$.subscribe({
      next: signal => seen.push(signal),
      error: (error: unknown) => failures.push(error instanceof Error ? error.message : ''),
      complete: () => {
        completed = true
      },
    })
    return {
      seen,
      failures,
      completed: () => completed,
      unsubscribe: () => {
        subscription.unsubscribe()
      },
    }
  }
  const take = (one: Slice): void => {
    target().take(one)
  }
  return { targets, stopping$, idle, signals, target, subscribe, take }
}

function slice(offsets: readonly number[], nextOffset: number, lastStableOffset: number): Slice {
  const records = offsets.map(offset => ({ offset, timestampMs: 0, key: null, value: null, headers: {} }))
  return { records, nextOffset, lastStableOffset }
}

function brief(signals: readonly LaneSignal[]): string[] {
  return signals.map(signal => {
    if (signal.kind === 'end') return 'end'
    const offsets = signal.records.map(({ offset }) => offset).join(',')
    return `${offsets} to ${signal.nextOffset}${signal.atEnd ? ' end' : ''}`
  })
}
