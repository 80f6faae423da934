import { concatMap, timer } from 'rxjs'
import { expect, test } from 'vitest'
import { memoryPipeline } from '../support/memory-pipeline.ts'
import { scriptedModel } from '../support/scripted-model.ts'

const rule = {
  rule_id: 'each',
  name: 'each',
  event_types: ['*'],
  group_by: ['data.key'],
  rule_config: { rule_type: 'llm', llm_config: { description: 'each event', trigger_mode: 'realtime' } },
}

test('names every request in a committed decision or counts it as abandoned, also when its lane is lost', () => {
  let requests = 0
  let abandoned = 0
  const { start, send, clock, decisions } = memoryPipeline({
    rules: [rule],
    model: driven => {
      const { ask } = scriptedModel({ clock: driven })
      // The first two calls of a life: one slow, one fast, whose verdict waits for the slow one's.
      return request =>
        timer(requests++ % 2 === 0 ? 10_000 : 1000, driven).pipe(concatMap(() => ask(request)))
    },
    telemetry: {
      modelCalled: ({ result }) => {
        if (result === 'abandoned') abandoned++
      },
      callsAbandoned: (_model, count) => {
        abandoned += count
      },
    },
  })
  const life = start()
  for (const n of [1, 2]) send({ event_id: `e${n}`, event_type: 'x', data: { key: 'k' } })
  clock.advanceTo(clock.now() + 2000)
  expect([requests, abandoned]).toEqual([2, 0])
  life.unsubscribe()
  expect(abandoned).toBe(2)

  start()
  clock.advanceTo(clock.now() + 20_000)
  const attempts = decisions().reduce((sum, decision) => sum + decision.attempts, 0)
  expect([requests, attempts, abandoned]).toEqual([4, 2, 2])
})
