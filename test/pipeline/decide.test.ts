import { NEVER } from 'rxjs'
import { expect, test } from 'vitest'
import type { LaneHeld } from '../../operators/telemetry.ts'
import { memoryPipeline, START_MS } from '../support/memory-pipeline.ts'

const rule = {
  rule_id: 'asked',
  name: 'Asked',
  event_types: ['trade.signal'],
  rule_config: { rule_type: 'llm', llm_config: { description: 'x' } },
}

function heldBy() {
  const held = new Map<number, LaneHeld>()
  const pipeline = memoryPipeline({
    rules: [rule],
    model: () => () => NEVER,
    telemetry: {
      laneHeld: (_, partition, state) => {
        held.set(partition, state)
      },
    },
  })
  const busy = () => [...held.values()].filter(({ events }) => events > 0)
  return { ...pipeline, busy }
}

test('reports what a lane holds while nothing is decided', () => {
  const { start, send, busy, decisions, log } = heldBy()
  const running = start()
  for (let n = 0; n < 3; n++) send({ event_type: 'trade.signal', context_key: 'one' })
  expect(decisions()).toEqual([])
  const bytes = log
    .records('llmtrigger.work')
    .reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0)
  const asked = { judging: 3, decidedAhead: 3, dedupeIds: 3 }
  expect(busy()).toEqual([{ events: 3, bytes, ...asked, oldestArrivedAtMs: START_MS }])
  running.unsubscribe()
})

test('reports that a lane which left this process holds nothing', () => {
  const { start, send, busy } = heldBy()
  const running = start()
  send({ event_type: 'trade.signal', context_key: 'one' })
  expect(busy()).toHaveLength(1)
  running.unsubscribe()
  expect(busy()).toEqual([])
})
