import { expect, test } from 'vitest'
import { SECOND_MS, workPipeline } from './work-pipeline.ts'

const batch = { trigger_mode: 'batch', batch_size: 4, max_wait_seconds: 30 }
const EVENTS = 120
const OWNERS = 6

// 4,400 of 36,000 records were lost after a revocation and a kill: what had been taken counted as done.
test('events are decided once each through owner after owner that ends without a word', () => {
  const { start, append, pass, decided } = workPipeline({ rules: { rule: batch }, latencyMs: 700 })
  const perOwner = EVENTS / OWNERS
  for (let owner = 0; owner < OWNERS; owner++) {
    const running = start()
    for (let n = 0; n < perOwner; n++) {
      append({ key: `key-${n % 3}`, eventId: `${owner}/${n}` })
      pass(100)
    }
    running.unsubscribe()
    // Half of them arrive while nobody owns the lane.
    pass(5 * SECOND_MS)
  }
  start()
  pass(60 * SECOND_MS)
  const ids = decided().flatMap(decision => decision.ids)
  expect(ids).toHaveLength(EVENTS)
  expect(new Set(ids).size).toBe(EVENTS)
})
