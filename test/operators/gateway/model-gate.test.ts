import {
  concat,
  defer,
  EMPTY,
  ignoreElements,
  NEVER,
  type Observable,
  of,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs'
import { expect, test } from 'vitest'
import type { ModelReply } from '../../../operators/asking/model.ts'
import type { ModelGateOptions } from '../../../operators/gateway/model-gate.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'
import type { CallPriority } from '../../../schemas/rule.ts'
import { callRequest, modelGateOf } from '../../support/model-gate-of.ts'

const STOPPED_MS = 30_000
const answered: ModelReply = { text: 'answer', finish: 'stop', tokens: { input: 100, output: 20 } }

interface BenchOptions extends Partial<Pick<ModelGateOptions, 'reading$'>> {
  readonly concurrencyMax?: number | null
  readonly requestsPerMinute?: number | null
}

/** A gate, and calls through it that note when they start. */
function gateBench({ concurrencyMax = null, requestsPerMinute = null, ...options }: BenchOptions = {}) {
  const clock = new DrivenClock(0)
  const gate = modelGateOf({
    ask: () => EMPTY,
    limits: { concurrency: concurrencyMax, requests_per_minute: requestsPerMinute },
    clock,
    ...options,
  })
  const starts: [name: string, atMs: number][] = []
  const ends: string[] = []
  let most = 0
  const call = (name: string, body$: Observable<ModelReply>, priority: CallPriority = 'medium') => {
    const noted$ = defer(() => {
      starts.push([name, clock.now()])
      most = Math.max(most, gate.inFlight)
      return body$
    })
    return gate.admit(noted$, callRequest({ priority })).subscribe({
      error: (error: unknown) =>
        ends.push(`${name} ${error instanceof PipelineError ? error.code : 'a bug'}`),
      complete: () => ends.push(name),
    })
  }
  return { clock, gate, starts, ends, call, most: () => most, names: () => starts.map(([name]) => name) }
}

/** A call that takes `ms` on the clock and ends with an answer or a failure. */
function taking(clock: DrivenClock, ms: number, code?: FailureCode): Observable<ModelReply> {
  const end$ = code === undefined ? of(answered) : throwError(() => new PipelineError(code, 'made to fail'))
  return concat(timer(ms, clock).pipe(ignoreElements()), end$)
}

function failing(code: FailureCode): Observable<never> {
  return throwError(() => new PipelineError(code, 'made to fail'))
}

test('hands on what a call emits, its end and its failure, and carries the facts of its model', () => {
  const { gate, call, ends } = gateBench()
  const seen: unknown[] = []
  gate.admit(of(answered), callRequest({ priority: 'low' })).subscribe(value => seen.push(value))
  call('empty', EMPTY)
  call('failed', failing('model_timeout'))
  call(
    'bug',
    throwError(() => new TypeError('a bug')),
  )
  expect(seen).toEqual([answered])
  expect(ends).toEqual(['empty', 'failed model_timeout', 'bug a bug'])
  expect(gate).toMatchObject({ name: 'fast', modelId: 'scripted-1', price: null, inFlight: 0, queued: 0 })
})

test('runs at most as many calls at once as the model takes, and every one of them', () => {
  const { clock, gate, call, ends, most } = gateBench({ concurrencyMax: 3 })
  for (let n = 0; n < 10; n++) call(`${n}`, taking(clock, 100))
  expect([gate.inFlight, gate.queued]).toEqual([3, 7])
  clock.advanceTo(399)
  expect(ends).toHaveLength(9)
  clock.advanceTo(400)
  expect([ends.length, most(), gate.inFlight, gate.queued]).toEqual([10, 3, 0, 0])
})

test('frees a place when a call fails and when it is unsubscribed', () => {
  const { clock, gate, call, names } = gateBench({ concurrencyMax: 1 })
  const never = call('never', NEVER)
  call('failing', failing('model_overloaded'))
  const waiting = call('given up', NEVER)
  call('last', taking(clock, 10))
  waiting.unsubscribe()
  never.unsubscribe()
  expect(names()).toEqual(['never', 'failing', 'last'])
  clock.advanceTo(10)
  expect([gate.inFlight, gate.queued]).toEqual([0, 0])
})

test('starts no more calls than the pace allows, the first without waiting', () => {
  const { clock, call, starts } = gateBench({ requestsPerMinute: 120 })
  for (let n = 0; n < 10; n++) call(`${n}`, taking(clock, 50))
  clock.advanceTo(60_000)
  // The cells of the window, a hundred milliseconds each, make it that much longer.
  const late = starts.map(([, atMs], n) => atMs - 500 * n)
  expect(late).toHaveLength(10)
  expect(Math.min(...late)).toBe(0)
  expect(Math.max(...late)).toBeLessThan(10)
})

test('saves up nothing while nobody calls', () => {
  const { clock, call, starts } = gateBench({ requestsPerMinute: 60 })
  call('first', EMPTY)
  clock.advanceTo(10_500)
  for (const name of ['second', 'third']) call(name, EMPTY)
  clock.advanceTo(20_000)
  expect(starts).toEqual([
    ['first', 0],
    ['second', 10_500],
    ['third', 11_502],
  ])
})

test('starts no call that was given up while it waited for its pace, and wastes no start on it', () => {
  const { clock, call, starts } = gateBench({ requestsPerMinute: 60 })
  call('first', EMPTY)
  const givenUp = Array.from({ length: 100 }, (_, n) => call(`given up ${n}`, EMPTY))
  clock.advanceTo(500)
  for (const waiting of givenUp) waiting.unsubscribe()
  call('second', EMPTY)
  clock.advanceTo(300_000)
  expect(starts).toEqual([
    ['first', 0],
    ['second', 1002],
  ])
})

test.each([null, 2])(
  'serves waiting calls by priority, at a concurrency of %s and a pace',
  concurrencyMax => {
    const { clock, gate, call, names } = gateBench({ concurrencyMax, requestsPerMinute: 60 })
    call('first', EMPTY)
    for (const name of ['low 1', 'low 2', 'low 3']) call(name, EMPTY, 'low')
    for (const name of ['critical 1', 'critical 2']) call(name, EMPTY, 'critical')
    call('high', EMPTY, 'high')
    expect([gate.queuedAt('low'), gate.queuedAt('critical'), gate.queued, gate.inFlight]).toEqual([
      3, 2, 6, 0,
    ])
    clock.advanceTo(60_000)
    const [first, ...others] = names()
    // The one that is next in line when more urgent calls come keeps its turn.
    expect([first, ...others.filter(name => name !== 'low 1')]).toEqual([
      'first',
      'critical 1',
      'critical 2',
      'high',
      'low 2',
      'low 3',
    ])
    expect(others.indexOf('low 1')).toBeLessThanOrEqual(3)
    expect(gate.queued).toBe(0)
  },
)

test.each(['model_key_rejected', 'model_out_of_money'] as const)(
  'stops the calls after %s, then lets one try',
  code => {
    const { clock, call, starts, names, ends } = gateBench()
    call('refused', failing(code))
    for (const name of ['a', 'b', 'c']) call(name, taking(clock, 1000, name === 'a' ? code : undefined))
    clock.advanceTo(STOPPED_MS - 1)
    expect(names()).toEqual(['refused'])
    clock.advanceTo(STOPPED_MS + 1000)
    expect(starts).toEqual([
      ['refused', 0],
      ['a', STOPPED_MS],
    ])
    clock.advanceTo(2 * STOPPED_MS + 1000)
    expect(starts.slice(2)).toEqual([['b', 2 * STOPPED_MS + 1000]])
    clock.advanceTo(2 * STOPPED_MS + 2000)
    expect(starts.slice(3)).toEqual([['c', 2 * STOPPED_MS + 2000]])
    clock.advanceTo(3 * STOPPED_MS)
    expect(ends).toEqual([`refused ${code}`, `a ${code}`, 'b', 'c'])
  },
)

test('lets all the waiting go when the one that tried got through', () => {
  const { clock, call, names } = gateBench()
  call('refused', failing('model_key_rejected'))
  for (const name of ['a', 'b', 'c', 'd']) call(name, taking(clock, 1000))
  clock.advanceTo(STOPPED_MS)
  expect(names()).toEqual(['refused', 'a'])
  clock.advanceTo(STOPPED_MS + 1000)
  expect(names()).toEqual(['refused', 'a', 'b', 'c', 'd'])
  call('e', EMPTY)
  expect(names().at(-1)).toBe('e')
})

test('hands the try over when the one that tries is unsubscribed, waiting or calling', () => {
  const { clock, call, starts } = gateBench()
  call('refused', failing('model_key_rejected'))
  const [first, second] = [call('first', NEVER), call('second', NEVER)]
  call('third', taking(clock, 10))
  clock.advanceTo(1000)
  first.unsubscribe()
  clock.advanceTo(STOPPED_MS + 5000)
  expect(starts.slice(1)).toEqual([['second', STOPPED_MS]])
  second.unsubscribe()
  expect(starts.slice(2)).toEqual([['third', STOPPED_MS + 5000]])
})

test('stays stopped when a call that began before fails in another way', () => {
  const { clock, call, names } = gateBench()
  call('slow', taking(clock, 100, 'model_timeout'))
  call('refused', taking(clock, 50, 'model_key_rejected'))
  clock.advanceTo(200)
  call('late', EMPTY)
  expect(names()).toEqual(['slow', 'refused'])
  clock.advanceTo(50 + STOPPED_MS)
  expect(names()).toEqual(['slow', 'refused', 'late'])
})

test('stops calls that wait for their pace as well', () => {
  const { clock, call, starts } = gateBench({ requestsPerMinute: 60 })
  call('refused', taking(clock, 50, 'model_key_rejected'))
  for (const name of ['a', 'b', 'c']) call(name, failing('model_key_rejected'))
  clock.advanceTo(50 + STOPPED_MS - 1)
  expect(starts).toEqual([['refused', 0]])
  clock.advanceTo(50 + 2 * STOPPED_MS - 1)
  expect(starts).toEqual([
    ['refused', 0],
    ['a', 50 + STOPPED_MS],
  ])
})

test('keeps the pace when the waiting follow after a stop', () => {
  const { clock, call, starts } = gateBench({ requestsPerMinute: 60 })
  call('refused', failing('model_out_of_money'))
  for (const name of ['a', 'b', 'c']) call(name, EMPTY)
  clock.advanceTo(2 * STOPPED_MS)
  expect(starts).toEqual([
    ['refused', 0],
    ['a', 30_000],
    ['b', 31_002],
    ['c', 32_004],
  ])
})

test('tries with one call after the other, ever more rarely, until one gets through', () => {
  const { clock, call, starts, names, most } = gateBench()
  call('refused', failing('model_key_rejected'))
  call('a', taking(clock, 100, 'model_unreachable'))
  call('b', taking(clock, 100, 'model_unreachable'))
  call('c', taking(clock, 100))
  call('d', EMPTY)
  call('e', EMPTY)
  clock.advanceTo(STOPPED_MS + 15_299)
  expect(starts.slice(1)).toEqual([
    ['a', STOPPED_MS],
    ['b', STOPPED_MS + 5100],
    ['c', STOPPED_MS + 15_200],
  ])
  expect(most()).toBe(1)
  clock.advanceTo(STOPPED_MS + 15_300)
  expect(names().slice(4)).toEqual(['d', 'e'])
})

test('opens when half of the calls fail, and sends those that have another model to it', () => {
  const { clock, gate, names, call, ends } = gateBench()
  for (let n = 0; n < 10; n++) call(`failed ${n}`, failing('model_overloaded'))
  expect(gate.stop).not.toBeNull()
  const note = { error: (error: unknown) => ends.push(error instanceof PipelineError ? error.code : 'bug') }
  gate.admit(of(answered), callRequest({ hasFallback: true })).subscribe(note)
  expect(ends.at(-1)).toBe('model_busy')
  call('waits', taking(clock, 10))
  expect(names()).not.toContain('waits')
  clock.advanceTo(5010)
  expect([names().at(-1), gate.stop]).toEqual(['waits', null])
})

test('leaves a model alone that refused a call for its quota, as long as it asks', () => {
  const { clock, call, starts } = gateBench()
  const refused = new PipelineError('model_rate_limited', 'made to fail', { retryAfterMs: 300_000 })
  call(
    'refused',
    throwError(() => refused),
  )
  call('next', EMPTY)
  clock.advanceTo(600_000)
  expect(starts).toEqual([
    ['refused', 0],
    ['next', 300_000],
  ])
})

test('sends calls to another model where the provider asks for more quiet than they would wait', () => {
  const { clock, gate, names, call, ends } = gateBench({ concurrencyMax: 1 })
  const admit = () =>
    gate.admit(of(answered), callRequest({ hasFallback: true })).subscribe({
      error: (error: unknown) => ends.push(error instanceof PipelineError ? error.code : 'a bug'),
    })
  const refused = new PipelineError('model_rate_limited', 'made to fail', { retryAfterMs: 60_000 })
  call(
    'refused',
    concat(
      timer(100, clock).pipe(ignoreElements()),
      throwError(() => refused),
    ),
  )
  admit()
  call('waits', EMPTY)
  clock.advanceTo(100)
  admit()
  expect(ends).toEqual(['model_busy', 'refused model_rate_limited', 'model_busy'])
  clock.advanceTo(60_099)
  expect(names()).toEqual(['refused'])
  clock.advanceTo(60_100)
  expect(names()).toEqual(['refused', 'waits'])
})

test('holds to less when calls are refused, and lets them follow one that got through', () => {
  const { clock, gate, call, starts } = gateBench({ requestsPerMinute: 600 })
  const refused = new PipelineError('model_rate_limited', 'made to fail', { retryAfterMs: 5000 })
  call(
    'refused',
    throwError(() => refused),
  )
  for (const name of ['canary', 'next']) call(name, taking(clock, 500))
  clock.advanceTo(20_000)
  // It counts as accepted when it is out for so long that it cannot have been refused.
  expect(starts).toEqual([
    ['refused', 0],
    ['canary', 5000],
    ['next', 5500],
  ])
  expect(gate.limits.evidence.requests_per_minute).toMatchObject({
    configured: 600,
    learned: { why: 'refused' },
  })
  expect(gate.quota.limits.requests_per_minute).toBeLessThan(600)
})

test('holds to what was learned of a limit before, also with calls that wait', () => {
  const { clock, gate, call, starts } = gateBench({ requestsPerMinute: 600 })
  const learned = { configured: 600, learned: 60, since: '1970-01-01T00:00:00.000Z', why: 'window' } as const
  gate.restore({ at: '1970-01-01T00:00:00.000Z', limits: { requests_per_minute: learned } })
  for (const name of ['first', 'second']) call(name, EMPTY)
  clock.advanceTo(2000)
  expect(starts).toEqual([
    ['first', 0],
    ['second', 1002],
  ])
  expect(gate.limits.snapshot().limits.requests_per_minute).toEqual(learned)
})

test('admits ten thousand waiting calls without a deep stack', () => {
  const { gate, call, ends } = gateBench({ concurrencyMax: 1 })
  const blocker = call('blocker', NEVER)
  for (let n = 0; n < 10_000; n++) call(`${n}`, EMPTY)
  expect(gate.queued).toBe(10_000)
  blocker.unsubscribe()
  expect(ends).toHaveLength(10_000)
  expect([gate.inFlight, gate.queued]).toEqual([0, 0])
})

test('lets the next call start when a reply is here, and works on the reply when there is time', () => {
  const reading$ = new Subject<void>()
  const { clock, call, names, ends } = gateBench({ concurrencyMax: 1, reading$: reading$.pipe(take(1)) })
  call('first', taking(clock, 100))
  call('second', taking(clock, 100))
  clock.advanceTo(100)
  expect([names(), ends]).toEqual([['first', 'second'], []])
  reading$.next()
  expect(ends).toEqual(['first'])
})

test('gives a model of which it has a part as many calls as before, once calls go well after an overload', () => {
  const { clock, gate, call } = gateBench({ concurrencyMax: 8 })
  gate.quota.shareAmong(4)
  call('failing', taking(clock, 100, 'model_overloaded'))
  clock.advanceTo(100)
  expect(gate.quota.limits.concurrency).toBe(7)
  // It never has more than 2 of the 8 at the model.
  for (let n = 0; n < 30; n++) call(`good ${n}`, taking(clock, 100))
  clock.advanceTo(10_000)
  expect(gate.quota.limits.concurrency).toBe(8)
})
