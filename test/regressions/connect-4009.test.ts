import { expect, test } from 'vitest'
import { SECOND_MS, workPipeline } from './work-pipeline.ts'

const KEYS = Array.from({ length: 7 }, (_, index) => `key-${index}`)
const batch = { trigger_mode: 'batch', batch_size: 3, max_wait_seconds: 30 }

// A batcher lost the open window of each partition that was revoked: 10,433 messages of seven.
test('windows that are open when their lanes are lost are judged whole by the next owner', () => {
  const { start, append, pass, decided, committed } = workPipeline({ rules: { rule: batch } })
  const first = start()
  for (const key of KEYS) for (const n of [0, 1]) append({ key, eventId: `${key}/${n}` })
  // Decided and committed behind the open ones.
  for (const n of [0, 1, 2]) append({ key: 'full', eventId: `full/${n}` })
  first.unsubscribe()
  expect(committed()).toBe(0)
  pass(SECOND_MS)
  start()
  for (const key of KEYS) append({ key, eventId: `${key}/2` })
  pass(2 * SECOND_MS)
  const [full, ...rest] = decided()
  expect(full).toMatchObject({ key: 'full' })
  expect(rest.map(({ key, ids, closedBy }) => ({ key, ids, closedBy }))).toEqual(
    KEYS.map(key => ({ key, ids: [`${key}/0`, `${key}/1`, `${key}/2`], closedBy: 'size' })),
  )
})
