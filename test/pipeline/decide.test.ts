import { NEVER } from 'rxjs'
import { expect, test } from 'vitest'
import { memoryPipeline, START_MS } from '../support/memory-pipeline.ts'

const rule = {
  rule_id: 'asked',
  name: 'Asked',
  event_types: ['trade.signal'],
  rule_config: { rule_type: 'llm', llm_config: { description: 'x' } },
}

function heldBy() {
  const held = new Map<number, { events: number; oldestArrivedAtMs: number | null }>()
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
  const { start, send, busy, decisions } = heldBy()
  const running = start()
  for (let n = 0; n < 3; n++) send({ event_type: 'trade.signal', context_key: 'one' })
  expect(decisions()).toEqual([])
  expect(busy()).toEqual([{ events: 3, oldestArrivedAtMs: START_MS }])
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
