import { NEVER, Subject, tap } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { Lane, LaneSignal } from '../../../operators/lanes/lane.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { memoryLog } from '../../../pipeline/memory/memory-log.ts'
import { PARTITIONS_MAX } from '../../../pipeline/memory/memory-topics.ts'

/** A log that keeps only what lanes have still to be given: `work` has two partitions, `events` as many as are needed. */
function bench({ bytesMax = 1000 } = {}) {
  const clock = new DrivenClock(0)
  const unread: string[] = []
  const log = memoryLog({
    partitions: { work: 2 },
    clock,
    retention: {
      bytesMax,
      onUnread: (topic, { offset, value }) => unread.push(`${topic} ${offset} ${String(value)}`),
    },
  })
  const stopping$ = new Subject<void>()
  const seen: string[] = []
  const lanes: Lane[] = []
  const state: { ended: unknown; open: number; assigned: number | null } = {
    ended: null,
    open: 0,
    assigned: 0,
  }
  const run = (topic: string) =>
    log
      .runLanes({ stage: 'route', groupId: 'g', topics: [{ topic, from: 'earliest' }], stopping$ }, lane => {
        lanes.push(lane)
        return lane.signals$.pipe(
          tap(signal =>
            seen.push(...valuesOf(signal).map(value => `${lane.topic}/${lane.partition} ${value}`)),
          ),
        )
      })
      .subscribe({
        next: ({ open, assigned }) => {
          Object.assign(state, { open, assigned })
        },
        complete: () => {
          state.ended = 'complete'
        },
        error: (error: unknown) => {
          state.ended = error
        },
      })
  const write = (topic: string, value: string, partition = 0) => {
    log.append(topic, { key: null, value, partition })
  }
  return { log, unread, stopping$, seen, lanes, state, run, write }
}

function valuesOf(signal: LaneSignal): string[] {
  return signal.kind === 'end' ? [] : signal.records.map(({ offset, value }) => `${offset} ${String(value)}`)
}

describe('a log with a retention', () => {
  test('drops what its lanes were given', () => {
    const { log, run, seen, write } = bench()
    run('work')
    for (const value of ['a', 'b', 'c']) write('work', value, 1)
    expect(seen).toEqual(['work/1 0 a', 'work/1 1 b', 'work/1 2 c'])
    expect(log.records('work')).toEqual([])
  })

  test('keeps what a paused lane has still to be given, up to its bound', () => {
    const { log, run, lanes, seen, write } = bench({ bytesMax: 3 })
    run('work')
    lanes[0]?.pause()
    for (const value of ['a', 'b', 'c']) write('work', value)
    expect(log.records('work', 0)).toHaveLength(3)
    const oneMore = () => {
      write('work', 'd')
    }
    expect(oneMore).toThrow(expect.objectContaining({ code: 'backlog_too_large' }))
    lanes[0]?.resume()
    expect(seen).toEqual(['work/0 0 a', 'work/0 1 b', 'work/0 2 c', 'work/0 3 d'])
    expect(log.records('work')).toEqual([])
  })

  test('hands over what nobody reads, with its offset, and keeps nothing of it', () => {
    const { log, unread, run, lanes, write } = bench()
    run('work')
    write('decisions', 'x', 3)
    write('decisions', 'y', 3)
    lanes[0]
      ?.commit({ offset: 0, metadata: '', records: [{ topic: 'work', partition: 1, key: null, value: 'z' }] })
      .subscribe()
    expect(unread).toEqual(['decisions 0 x', 'decisions 1 y'])
    expect([log.records('decisions'), log.records('work')]).toEqual([[], []])
  })

  test('gives a topic that is not named a partition and its lane with the first record', () => {
    const { run, seen, state, stopping$, write } = bench()
    run('events')
    expect(state).toEqual({ ended: null, open: 0, assigned: 0 })
    write('events', 'a', 7)
    write('events', 'b', 2)
    write('events', 'c', 7)
    expect(seen).toEqual(['events/7 0 a', 'events/2 0 b', 'events/7 1 c'])
    expect(state).toEqual({ ended: null, open: 2, assigned: 2 })
    stopping$.next()
    expect(state.ended).toBe('complete')
  })

  test('has no more partitions than are named, or than a topic may have', () => {
    const { write } = bench()
    const missing = expect.objectContaining({ code: 'topic_missing' })
    expect(() => {
      write('work', 'a', 2)
    }).toThrow(missing)
    expect(() => {
      write('events', 'a', PARTITIONS_MAX)
    }).toThrow(missing)
  })

  test('opens no lane twice, since it would miss what was dropped', () => {
    const { log, run } = bench()
    const running = run('work')
    running.unsubscribe()
    const subscription = { stage: 'route', groupId: 'g', topics: [], stopping$: NEVER } as const
    const open = () => log.openLane(subscription, { topic: 'work', partition: 0, from: 'earliest' })
    expect(open).toThrow('its records were dropped for the lane before')
  })
})
