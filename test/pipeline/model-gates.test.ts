import { defer, map, range, mergeMap, timer } from 'rxjs'
import { expect, test } from 'vitest'
import type { PlacedModel } from '../../operators/asking/model.ts'
import { DrivenClock } from '../../pipeline/memory/driven-clock.ts'
import { modelGates } from '../../pipeline/model-gates.ts'
import { configSchema } from '../../schemas/config.ts'
import { callRequest } from '../support/model-gate-of.ts'

const { models } = configSchema.parse({
  sources: [{ topic: 'any' }],
  models: {
    default: 'fast',
    fast: { provider: 'openai', base_url: 'http://x/v1', model: 'm', limits: { concurrency: 10 } },
  },
})
const request = { messages: [], answerSchema: {}, outputTokensMax: 10 }
const reply = { text: '{}', finish: 'stop', tokens: { input: 10, output: 10 } } as const

test('hands a model that keeps its places calls before they have one, and counts those that it makes', () => {
  const clock = new DrivenClock(1_700_000_000_000)
  const kept: (number | null)[] = []
  let [handed, ended] = [0, 0]
  const placed: PlacedModel = {
    keepTo: places => kept.push(places),
    ask: () =>
      defer(() => {
        handed++
        return timer(100, clock).pipe(map(() => reply))
      }),
  }
  const { all } = modelGates(models, { clock, connect: () => placed })
  const [gate] = all
  if (gate === undefined) throw new Error('there is a gate')
  range(0, 100)
    .pipe(mergeMap(() => gate.admit(gate.ask(request), callRequest())))
    .subscribe(() => ended++)
  expect([handed, gate.inFlight]).toEqual([10, 10])
  clock.advanceTo(clock.now() + 150)
  // Within 50 ms as many come to a place as half of those that calls of 100 ms take.
  expect([handed - ended, gate.inFlight]).toEqual([15, 10])
  clock.advanceTo(clock.now() + 2000)
  expect([ended, gate.inFlight, kept]).toEqual([100, 0, [10]])
})
