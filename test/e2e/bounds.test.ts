import { defer, finalize, type Observable } from 'rxjs'
import { expect, test } from 'vitest'
import { partitionOf } from '../../operators/lanes/partition-of.ts'
import type { LaneBounds } from '../../schemas/config.ts'
import { memoryPipeline } from '../support/memory-pipeline.ts'
import { scriptedModel } from '../support/scripted-model.ts'

const WORK = 'llmtrigger.work'
const PARTITIONS = 2
const batch = { trigger_mode: 'batch', batch_size: 1000, max_wait_seconds: 3600 }

/** Bounds hold for each lane, so all events of a test go to lane 0. */
function keysOfLane(ruleId: string, count: number): readonly string[] {
  const all = Array.from({ length: 50 * count }, (_, n) => `key-${n}`)
  const place = { partitions: PARTITIONS, traditional: false }
  return all.filter(key => partitionOf(`${ruleId}|${key}`, place) === 0).slice(0, count)
}

function ruleFor(ruleId: string, mode: Readonly<Record<string, unknown>>) {
  const rule_config = { rule_type: 'llm', llm_config: { description: 'x', ...mode } }
  return { rule_id: ruleId, name: ruleId, event_types: [ruleId], rule_config }
}

/** How much there is now, and the most that there ever was. */
class Gauge {
  now = 0
  most = 0
  add(change: number): void {
    this.now += change
    this.most = Math.max(this.most, this.now)
  }
}

interface RunOptions {
  readonly rules: readonly unknown[]
  readonly bounds: Partial<LaneBounds>
  readonly latencyMs?: number
}

/** A pipeline that is started, with what it holds measured from outside. */
function run({ rules, bounds, latencyMs = 0 }: RunOptions) {
  const events = new Gauge()
  const bytes = new Gauge()
  const calls = new Gauge()
  const open = new Gauge()
  let ahead = 0
  const told = { events: 0, bytes: 0, judging: 0, decidedAhead: 0, dedupeIds: 0 }
  let filled = 0
  const sizeOf = (offset: number) => {
    const record = pipeline.log.records(WORK)[offset]
    return (record?.key?.length ?? 0) + (record?.value?.length ?? 0)
  }
  const pipeline = memoryPipeline({
    rules,
    bounds,
    model: clock => {
      const { ask } = scriptedModel({ clock, latencyMs })
      return request => counted(ask(request), calls)
    },
    telemetry: {
      windowFilled: () => {
        events.add(1)
        bytes.add(sizeOf(filled++))
      },
      laneHeld: (_, __, held) => {
        told.events = Math.max(told.events, held.events)
        told.bytes = Math.max(told.bytes, held.bytes)
        told.judging = Math.max(told.judging, held.judging)
        told.decidedAhead = Math.max(told.decidedAhead, held.decidedAhead)
        told.dedupeIds = Math.max(told.dedupeIds, held.dedupeIds)
      },
      windowsOpen: (_, __, count) => {
        open.add(count - open.now)
      },
      decided: decision => {
        events.add(-decision.events.length)
        for (const { work_offset } of decision.events) bytes.add(-sizeOf(Number(work_offset)))
        const { offset } = committed()
        const beyond = pipeline
          .decisions()
          .flatMap(one => [...one.events, ...one.repeats])
          .filter(one => Number(one.work_offset) > offset)
        ahead = Math.max(ahead, beyond.length)
      },
    },
  })
  const committed = () => pipeline.log.committed('g.decide', WORK, 0)
  let sent = 0
  pipeline.start()
  return {
    ...pipeline,
    most: () => ({ events: events.most, bytes: bytes.most, calls: calls.most, open: open.most, ahead }),
    /** The most that the lane told of itself. */
    told,
    committed: () => committed().offset,
    /** Sends an event to a rule; its id is a number that grows unless it is named. */
    event(ruleId: string, key: string, eventId = `${sent++}`) {
      pipeline.send({ event_id: eventId, event_type: ruleId, context_key: key, data: {} })
    },
    /** Lets everything that can happen happen. */
    settle() {
      pipeline.clock.advanceTo(pipeline.clock.now() + 2 * 3_600_000)
    },
    decidedIds: () => pipeline.decisions().flatMap(one => one.events.map(event => event.event_id)),
  }
}

function counted<T>(work$: Observable<T>, gauge: Gauge): Observable<T> {
  return defer(() => {
    gauge.add(1)
    return work$.pipe(
      finalize(() => {
        gauge.add(-1)
      }),
    )
  })
}

/** Each event in exactly one decision, and all of it committed. */
function expectWhole(pipeline: ReturnType<typeof run>, count: number): void {
  const ids = pipeline.decidedIds().map(Number)
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n))
  expect(pipeline.committed()).toBe(pipeline.log.records(WORK).length)
}

test('holds no more than events_max while the model is slow, pauses, and goes on when it answers', () => {
  const pipeline = run({
    rules: [ruleFor('now', { trigger_mode: 'realtime' })],
    bounds: { events_max: 10 },
    latencyMs: 1000,
  })
  const keys = keysOfLane('now', 25)
  for (let n = 0; n < 100; n++) pipeline.event('now', keys[n % 25] ?? '')
  expect(pipeline.most().events).toBe(10)
  expect(pipeline.decisions()).toHaveLength(0)
  expect(pipeline.committed()).toBe(0)
  pipeline.settle()
  expect(pipeline.most().events).toBe(10)
  expectWhole(pipeline, 100)
  pipeline.event('now', keys[0] ?? '')
  pipeline.settle()
  expectWhole(pipeline, 101)
})

test('closes the oldest windows early at events_max, and keeps the younger ones open', () => {
  const pipeline = run({ rules: [ruleFor('slow', batch)], bounds: { events_max: 10 } })
  const keys = keysOfLane('slow', 25)
  for (const key of keys.slice(0, 11)) pipeline.event('slow', key)
  expect(pipeline.decisions().map(({ key, closed_by }) => [key, closed_by])).toEqual(
    keys.slice(0, 5).map(key => [key, 'pressure']),
  )
  for (const key of keys.slice(11)) pipeline.event('slow', key)
  expect(pipeline.most().events).toBe(10)
  pipeline.settle()
  expect(new Set(pipeline.decisions().map(({ closed_by }) => closed_by))).toEqual(
    new Set(['pressure', 'time']),
  )
  expectWhole(pipeline, 25)
})

test('takes nothing more at bytes_max: what is held stays within it and the record that reaches it', () => {
  const bytesMax = 4096
  const pipeline = run({
    rules: [ruleFor('now', { trigger_mode: 'realtime' })],
    bounds: { bytes_max: bytesMax },
    latencyMs: 1000,
  })
  const [key = ''] = keysOfLane('now', 1)
  for (let n = 0; n < 60; n++) pipeline.event('now', key)
  pipeline.settle()
  const largest = Math.max(
    ...pipeline.log.records(WORK).map(one => (one.value?.length ?? 0) + (one.key?.length ?? 0)),
  )
  expect(pipeline.most().bytes).toBeGreaterThanOrEqual(bytesMax)
  expect(pipeline.most().bytes).toBeLessThan(bytesMax + largest)
  expectWhole(pipeline, 60)
})

test('closes windows early at bytes_max', () => {
  const pipeline = run({ rules: [ruleFor('slow', batch)], bounds: { bytes_max: 4096 } })
  for (const key of keysOfLane('slow', 40)) pipeline.event('slow', key)
  expect(pipeline.decisions().length).toBeGreaterThan(20)
  expect(pipeline.most().bytes).toBeLessThan(4096 + 1024)
  pipeline.settle()
  expectWhole(pipeline, 40)
})

test('keeps no more windows open than windows_max, and frees half of it by closing the oldest', () => {
  const pipeline = run({ rules: [ruleFor('slow', batch)], bounds: { windows_max: 4 } })
  const keys = keysOfLane('slow', 20)
  for (const key of keys) pipeline.event('slow', key)
  expect(pipeline.most().open).toBe(4)
  expect(pipeline.decisions().every(({ closed_by }) => closed_by === 'pressure')).toBe(true)
  expect(pipeline.decisions().map(({ key }) => key)).toEqual(keys.slice(0, pipeline.decisions().length))
  pipeline.settle()
  expect(pipeline.most().open).toBe(4)
  expectWhole(pipeline, 20)
})

test('asks about no more windows at once than judging_max', () => {
  const pipeline = run({
    rules: [ruleFor('now', { trigger_mode: 'realtime' })],
    bounds: { judging_max: 3 },
    latencyMs: 1000,
  })
  const keys = keysOfLane('now', 10)
  for (let n = 0; n < 50; n++) pipeline.event('now', keys[n % 10] ?? '')
  pipeline.settle()
  expect(pipeline.most().calls).toBe(3)
  expectWhole(pipeline, 50)
})

test('asks about no more windows of one key at once than judging_per_key_max, and decides them in order', () => {
  const bounds = { judging_per_key_max: 2 }
  const now = ruleFor('now', { trigger_mode: 'realtime' })
  const pipeline = run({ rules: [now], bounds, latencyMs: 1000 })
  const [key = '', other = ''] = keysOfLane('now', 2)
  for (let n = 0; n < 20; n++) pipeline.event('now', key)
  pipeline.clock.advanceTo(pipeline.clock.now() + 999)
  expect(pipeline.most().calls).toBe(2)
  pipeline.event('now', other)
  expect(pipeline.most().calls).toBe(3)
  pipeline.settle()
  expect(pipeline.most().calls).toBe(3)
  const ofKey = pipeline.decisions().filter(one => one.key === key)
  expect(ofKey.map(({ events }) => Number(events[0]?.event_id))).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  )
  expectWhole(pipeline, 21)
})

test('decides no more offsets ahead of an open window than decided_ahead_max: the window closes early', () => {
  const rules = [ruleFor('slow', batch), ruleFor('now', { trigger_mode: 'realtime' })]
  const pipeline = run({ rules, bounds: { decided_ahead_max: 5 } })
  const [slowKey = ''] = keysOfLane('slow', 1)
  const [nowKey = ''] = keysOfLane('now', 1)
  pipeline.event('slow', slowKey)
  for (let n = 0; n < 5; n++) pipeline.event('now', nowKey)
  expect(pipeline.committed()).toBe(0)
  expect(pipeline.decisions().filter(({ rule_id }) => rule_id === 'slow')).toHaveLength(0)
  for (let n = 0; n < 30; n++) pipeline.event('now', nowKey)
  expect(pipeline.committed()).toBe(36)
  const [early] = pipeline.decisions().filter(({ rule_id }) => rule_id === 'slow')
  expect(early?.closed_by).toBe('pressure')
  expect(pipeline.most().ahead).toBe(5)
  expectWhole(pipeline, 36)
})

test('remembers no more ids than dedupe_ids_max, the youngest of them', () => {
  const pipeline = run({
    rules: [ruleFor('now', { trigger_mode: 'realtime' })],
    bounds: { dedupe_ids_max: 3 },
  })
  const [key = ''] = keysOfLane('now', 1)
  for (const id of ['a', 'b', 'c', 'd', 'b', 'd', 'a']) pipeline.event('now', key, id)
  expect(pipeline.decidedIds()).toEqual(['a', 'b', 'c', 'd', 'a'])
  pipeline.settle()
  expect(pipeline.committed()).toBe(7)
})

test('holds no more repeats of a waiting event than decided_ahead_max, and names every one of them once', () => {
  const pipeline = run({ rules: [ruleFor('slow', batch)], bounds: { decided_ahead_max: 10 } })
  const [key = '', other = ''] = keysOfLane('slow', 2)
  pipeline.event('slow', key, 'same')
  for (let n = 0; n < 10; n++) pipeline.event('slow', key, 'same')
  expect(pipeline.decisions()).toHaveLength(0)
  for (let n = 0; n < 500; n++) pipeline.event('slow', key, 'same')
  expect(pipeline.decisions().map(({ closed_by, repeats }) => [closed_by, repeats.length])).toEqual([
    ['pressure', 10],
  ])
  pipeline.event('slow', other)
  pipeline.settle()
  expect(pipeline.decidedIds()).toEqual(['same', '0'])
  expect(pipeline.committed()).toBe(512)
})

test('passes a flood of repeats of what is decided, though nothing more is to be decided', () => {
  const pipeline = run({ rules: [ruleFor('now', { trigger_mode: 'realtime' })], bounds: {} })
  const [key = ''] = keysOfLane('now', 1)
  for (let n = 0; n < 200; n++) pipeline.event('now', key, 'same')
  pipeline.settle()
  expect(pipeline.decisions().map(({ repeats }) => repeats)).toEqual([[]])
  expect(pipeline.committed()).toBe(200)
})

test('tells of itself what it holds, up to each maximum and not beyond', () => {
  const bounds = { events_max: 8, bytes_max: 4096, judging_max: 3, decided_ahead_max: 6, dedupe_ids_max: 5 }
  const now = ruleFor('now', { trigger_mode: 'realtime' })
  const of = (more: Partial<LaneBounds>) => {
    const pipeline = run({ rules: [now], bounds: { ...more, dedupe_ids_max: 5 }, latencyMs: 1000 })
    const keys = keysOfLane('now', 10)
    for (let n = 0; n < 40; n++) pipeline.event('now', keys[n % 10] ?? '')
    pipeline.settle()
    expectWhole(pipeline, 40)
    return pipeline.told
  }
  const { events_max, bytes_max, judging_max, decided_ahead_max } = bounds
  expect(of({ events_max })).toMatchObject({ events: 8, dedupeIds: 5 })
  expect(of({ decided_ahead_max })).toMatchObject({ decidedAhead: 6 })
  expect(of({ judging_max })).toMatchObject({ judging: 3 })
  const { bytes } = of({ bytes_max })
  expect(bytes).toBeGreaterThanOrEqual(bytes_max)
  expect(bytes).toBeLessThan(bytes_max + 1024)
})
