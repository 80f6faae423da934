import { expect, test } from 'vitest'
import { SECOND_MS, workPipeline } from './work-pipeline.ts'

const batch = { trigger_mode: 'batch', batch_size: 1000, max_wait_seconds: 30 }
const EVENTS = 500

// 500 events of one bucket came out as five rows of 100, since the wall clock closed windows while a backlog was read.
test('a backlog forms the windows that it would have formed as it arrived', () => {
  const { start, append, pass, decided, decisions, startMs } = workPipeline({ rules: { rule: batch } })
  for (let n = 0; n < EVENTS; n++) append({ eventId: `${n}`, atMs: startMs + n * 50 })
  const laterMs = startMs + 40 * SECOND_MS
  for (const n of [500, 501]) append({ eventId: `${n}`, atMs: laterMs })
  pass(3600 * SECOND_MS)
  start()
  pass(SECOND_MS)
  expect(decided().map(({ closedBy, ids }) => [closedBy, ids.length])).toEqual([
    ['time', EVENTS],
    ['time', 2],
  ])
  expect(decisions().map(({ closed_at }) => Date.parse(closed_at))).toEqual([
    startMs + 30 * SECOND_MS,
    laterMs + 30 * SECOND_MS,
  ])
})
