import { expect, test } from 'vitest'
import { memoryPipeline, START_MS } from '../support/memory-pipeline.ts'
import { scriptedModel } from '../support/scripted-model.ts'
import { SECOND_MS } from './work-pipeline.ts'

const rule = {
  rule_id: 'rule',
  name: 'rule',
  event_types: ['type'],
  rule_config: {
    rule_type: 'llm',
    llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 100, max_wait_seconds: 30 },
  },
}

// One event from the future closed every window, and all ten honest events after it were dropped as late.
test.each(['2099-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'])(
  'an event that says it is of %s closes no window and makes no other late',
  timestamp => {
    const { clock, start, send, decisions } = memoryPipeline({
      rules: [rule],
      model: at => scriptedModel({ clock: at }).ask,
    })
    start()
    const event = { event_type: 'type', context_key: 'key' }
    send({ ...event, event_id: 'odd', timestamp })
    for (let n = 0; n < 10; n++) {
      clock.advanceTo(clock.now() + SECOND_MS)
      send({ ...event, event_id: `${n}` })
    }
    expect(decisions()).toEqual([])
    clock.advanceTo(START_MS + 31 * SECOND_MS)
    expect(decisions()).toMatchObject([
      { event_count: 11, closed_by: 'time', closed_at: new Date(START_MS + 30 * SECOND_MS).toISOString() },
    ])
  },
)
