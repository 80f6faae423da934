import { expect, test } from 'vitest'
import { partitionOf } from '../../operators/lanes/partition-of.ts'
import { type MemoryPipeline, memoryPipeline, START_MS } from '../support/memory-pipeline.ts'
import { scriptedModel } from '../support/scripted-model.ts'
import { workOf } from '../operators/lanes/work-record.ts'

const WORK = 'llmtrigger.work'
const MINUTE_MS = 60_000

const batch = { trigger_mode: 'batch', batch_size: 100, max_wait_seconds: 3600 }
const rules = [ruleFor('slow', batch), ruleFor('now', { trigger_mode: 'realtime' })]

function ruleFor(ruleId: string, mode: Readonly<Record<string, unknown>>) {
  const rule_config = { rule_type: 'llm', llm_config: { description: 'x', ...mode } }
  return { rule_id: ruleId, name: ruleId, event_types: [ruleId], rule_config }
}

function pipelineWith(bounds: { readonly dedupe_seconds?: number } = {}): MemoryPipeline {
  return memoryPipeline({ rules, bounds, model: clock => scriptedModel({ clock }).ask })
}

/** Keys whose events meet in lane 0. */
function keyOf(ruleId: string): string {
  const keys = Array.from({ length: 50 }, (_, n) => `key-${n}`)
  return keys.find(key => partitionOf(`${ruleId}|${key}`, { partitions: 2, traditional: false }) === 0) ?? ''
}

function advanceTo({ clock }: MemoryPipeline, minute: number): void {
  clock.advanceTo(START_MS + minute * MINUTE_MS)
}

function decidedIds(pipeline: MemoryPipeline): readonly string[] {
  return pipeline.decisions().flatMap(({ events }) => events.map(({ event_id }) => event_id))
}

function committed({ log }: MemoryPipeline): number {
  return log.committed('g.decide', WORK, 0).offset
}

test('decides everything once through two crashes under one event that waits an hour', () => {
  // Longer apart than ids are remembered: only the cursor knows what is decided behind the event that waits.
  const pipeline = pipelineWith({ dedupe_seconds: 1 })
  const send = (ruleId: string, id: string) => {
    pipeline.send({ event_id: id, event_type: ruleId, context_key: keyOf(ruleId), data: {} })
  }
  const crashed = pipeline.start()
  send('slow', 'head')
  for (const [minute, id] of [1, 2, 3].entries()) {
    advanceTo(pipeline, minute)
    send('now', `a-${id}`)
  }
  advanceTo(pipeline, 20)
  crashed.unsubscribe()
  const crashedAgain = pipeline.start()
  for (const id of [1, 2, 3]) send('now', `b-${id}`)
  advanceTo(pipeline, 45)
  crashedAgain.unsubscribe()
  pipeline.start()
  expect(committed(pipeline)).toBe(0)
  send('now', 'c')
  expect(decidedIds(pipeline)).toEqual(['a-1', 'a-2', 'a-3', 'b-1', 'b-2', 'b-3', 'c'])
  advanceTo(pipeline, 60)
  expect(decidedIds(pipeline).slice(7)).toEqual(['head'])
  expect(committed(pipeline)).toBe(8)
  expect(pipeline.alerts()).toHaveLength(8)
})

test('decides nothing twice from an older position with its cursor, all that is known where a broker forgot', () => {
  const pipeline = pipelineWith({ dedupe_seconds: 1 })
  const send = (ruleId: string, id: string) => {
    pipeline.send({ event_id: id, event_type: ruleId, context_key: keyOf(ruleId), data: {} })
  }
  const running = pipeline.start()
  for (const id of ['a', 'b']) send('now', id)
  const { offset, metadata } = pipeline.log.committed('g.decide', WORK, 0)
  send('slow', 'head')
  // Longer apart than ids are remembered, the last of them decided long after the position was committed.
  for (const [index, id] of ['c', 'd', 'e'].entries()) {
    advanceTo(pipeline, 25 * index)
    send('now', id)
  }
  advanceTo(pipeline, 90)
  expect([offset, committed(pipeline)]).toEqual([2, 6])
  running.unsubscribe()
  Object.assign(pipeline.log.committed('g.decide', WORK, 0), { offset, metadata })
  pipeline.start()
  send('now', 'f')
  advanceTo(pipeline, 91)
  expect(decidedIds(pipeline)).toEqual(['a', 'b', 'c', 'd', 'e', 'head', 'f'])
  expect(committed(pipeline)).toBe(7)
})

test.each([600, 0])(
  'drops a repeat of a work id after the watermark passed its decision, with dedupe_seconds: %i',
  dedupe_seconds => {
    const pipeline = pipelineWith({ dedupe_seconds })
    const running = pipeline.start()
    pipeline.send({ event_id: 'e', event_type: 'now', context_key: keyOf('now'), data: {} })
    expect(committed(pipeline)).toBe(1)
    const [first] = pipeline.log.records(WORK, 0)
    const repeat = () => {
      pipeline.log.append(WORK, { key: first?.key ?? null, value: first?.value ?? null, partition: 0 })
      advanceTo(pipeline, 1 + pipeline.log.records(WORK, 0).length)
    }
    repeat()
    running.unsubscribe()
    repeat()
    pipeline.start()
    repeat()
    expect(decidedIds(pipeline)).toEqual(['e'])
    expect(committed(pipeline)).toBe(4)
  },
)

test('forms windows by a time that stands still where the append time of a broker goes back', () => {
  const tenSeconds = { ...batch, max_wait_seconds: 10 }
  const pipeline = memoryPipeline({
    rules: [ruleFor('slow', tenSeconds)],
    model: clock => scriptedModel({ clock }).ask,
  })
  const arrivals = [
    ['a', 100],
    ['a', 95],
    ['b', 111],
    ['a', 105],
    ['a', 120.999],
    ['a', 60],
    ['a', 121],
  ] as const
  for (const [offset, [key, seconds]] of arrivals.entries()) {
    const value = JSON.stringify(workOf({ offset, ruleId: 'slow', key }))
    pipeline.log.append(WORK, { key, value, partition: 0, timestampMs: START_MS + seconds * 1000 })
  }
  advanceTo(pipeline, 10)
  pipeline.start()
  const windows = pipeline.decisions().map(({ key, opened_at, closed_at, event_count }) => {
    const seconds = [opened_at, closed_at].map(at => (Date.parse(at) - START_MS) / 1000)
    return [key, ...seconds, event_count]
  })
  expect(windows).toEqual([
    ['a', 100, 110, 2],
    ['b', 111, 121, 1],
    ['a', 111, 121, 3],
    ['a', 121, 131, 1],
  ])
  expect(committed(pipeline)).toBe(arrivals.length)
})
