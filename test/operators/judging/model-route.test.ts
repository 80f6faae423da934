import { EMPTY } from 'rxjs'
import { expect, test } from 'vitest'
import type { ModelGate } from '../../../operators/gateway/model-gate.ts'
import { ModelRoute } from '../../../operators/judging/model-route.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'
import { modelGateOf } from '../../support/model-gate-of.ts'

const clock = new DrivenClock(0)
const retry = { retriesMax: 2, baseDelayMs: 1000, delayMsMax: 60_000 }

function gateNamed(name: string): ModelGate {
  return modelGateOf({ clock, ask: () => EMPTY, name, retry })
}

/** What follows from failures in this order, in short: the delay, or the model that is asked next. */
function follow(names: readonly string[], codes: readonly FailureCode[]) {
  const route = new ModelRoute({ gates: names.map(gateNamed), random: () => 0 })
  return codes.map(code => {
    const next = route.after(new PipelineError(code, 'made to fail'))
    if (next.kind === 'again') return `${route.gate.name} after ${next.delayMs}`
    return next.kind === 'fallback' ? `${next.from} -> ${next.to}` : 'none'
  })
}

const overloaded = (count: number) => Array<FailureCode>(count).fill('model_overloaded')

test('asks one model again and again, after each round with the longest delay', () => {
  expect(follow(['a'], overloaded(5))).toEqual([
    'a after 1000',
    'a after 2000',
    'a after 60000',
    'a after 1000',
    'a after 2000',
  ])
})

test('goes on to the next model when the retries are used up, and round after the last', () => {
  expect(follow(['a', 'b'], overloaded(6))).toEqual([
    'a after 1000',
    'a after 2000',
    'a -> b',
    'b after 1000',
    'b after 2000',
    'a after 60000',
  ])
})

test.each(['model_key_rejected', 'model_out_of_money', 'model_busy'] as const)(
  'goes on at once after %s, where there is another',
  code => {
    expect(follow(['a', 'b'], [code, code])).toEqual(['a -> b', 'b after 1000'])
    expect(follow(['a'], [code])).toEqual(['a after 1000'])
  },
)

test.each(['model_request_rejected', 'model_content_filtered', 'model_refused'] as const)(
  'asks no model again that answered %s, and nobody when all have',
  code => {
    expect(follow(['a', 'b'], [code, code])).toEqual(['a -> b', 'none'])
    expect(follow(['a', 'b'], ['model_key_rejected', code, 'model_key_rejected'])).toEqual([
      'a -> b',
      'a after 60000',
      'a after 1000',
    ])
    expect(follow(['a'], [code])).toEqual(['none'])
  },
)

test('waits the longest delay when the retry budget is used up', () => {
  const gate = { ...gateNamed('a'), mayRetry: () => false }
  const route = new ModelRoute({ gates: [gate], random: () => 0 })
  const error = new PipelineError('model_timeout', 'made to fail')
  expect(route.after(error)).toEqual({ kind: 'again', delayMs: 60_000 })
  expect(route.isRetrying).toBe(false)
})

test('begins anew with its retries after an answer', () => {
  const route = new ModelRoute({ gates: [gateNamed('a')], random: () => 0 })
  const error = new PipelineError('model_timeout', 'made to fail')
  route.after(error)
  expect(route.isRetrying).toBe(true)
  route.answered()
  expect([route.isRetrying, route.after(error)]).toEqual([false, { kind: 'again', delayMs: 1000 }])
})
