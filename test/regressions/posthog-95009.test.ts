import { expect, test } from 'vitest'
import { SECOND_MS, workPipeline } from './work-pipeline.ts'

const batch = { trigger_mode: 'batch', batch_size: 3, max_wait_seconds: 30 }

// A client delivered an offset again while its record was held, and the window counted it twice.
test('a record that is delivered again while it is held, judged or decided counts once', () => {
  const { start, append, pass, decided } = workPipeline({ rules: { rule: batch }, latencyMs: 5 * SECOND_MS })
  start()
  const again = { workId: 'again', eventId: 'again' }
  append(again)
  append(again)
  append({ eventId: 'second' })
  append(again)
  expect(decided()).toEqual([])
  append({ eventId: 'third' })
  // At the model now.
  append(again)
  pass(6 * SECOND_MS)
  append(again)
  pass(60 * SECOND_MS)
  expect(decided().map(({ ids }) => ids)).toEqual([['again', 'second', 'third']])
})
