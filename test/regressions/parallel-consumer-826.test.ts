import { expect, test } from 'vitest'
import { SECOND_MS, workPipeline } from './work-pipeline.ts'

const rules = {
  slow: { trigger_mode: 'batch', batch_size: 10, max_wait_seconds: 600 },
  fast: { trigger_mode: 'realtime' },
}

// On closing it committed the highest offset that was seen, not the highest below which all had succeeded.
test.each(['a clean stop', 'a crash'])(
  '%s commits no further than the lowest event that is not decided',
  end => {
    const { start, stop, append, pass, decided, committed } = workPipeline({ rules })
    const running = start()
    append({ ruleId: 'fast', eventId: 'before' })
    append({ ruleId: 'slow', eventId: 'waits' })
    for (const n of [0, 1, 2]) append({ ruleId: 'fast', eventId: `after-${n}` })
    pass(2 * SECOND_MS)
    if (end === 'a crash') running.unsubscribe()
    else stop()
    expect(committed()).toBe(1)
    start()
    pass(600 * SECOND_MS)
    const ids = decided().flatMap(decision => decision.ids)
    expect([...ids].sort()).toEqual(['after-0', 'after-1', 'after-2', 'before', 'waits'])
    expect(committed()).toBe(5)
  },
)
