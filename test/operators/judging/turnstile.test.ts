import { defer, EMPTY, finalize, NEVER, type Observable, of, Subject, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import { turnstile } from '../../../operators/judging/turnstile.ts'

/** Work that is started by its place and ended by hand. */
function work() {
  const end$ = new Subject<string>()
  const state = { started: false, released: false }
  const run$ = defer(() => {
    state.started = true
    return end$.pipe(
      finalize(() => {
        state.released = true
      }),
    )
  })
  return { end$, run$, state }
}

function collect<T>(source$: Observable<T>) {
  const seen: (T | 'done' | Error)[] = []
  const subscription = source$.subscribe({
    next: value => seen.push(value),
    error: (error: unknown) =>
      seen.push(error instanceof Error ? error : new Error('not an error', { cause: error })),
    complete: () => seen.push('done'),
  })
  return { seen, subscription }
}

test('runs at once what finds a place, and passes its values and its end', () => {
  const places = turnstile({ isOpen: held => held < 2 })
  expect(collect(places.hold(of('a', 'b'))).seen).toEqual(['a', 'b', 'done'])
  expect(collect(places.hold(EMPTY)).seen).toEqual(['done'])
  expect(places).toMatchObject({ held: 0, waiting: 0 })
})

test('never runs more than its maximum, and starts the waiting in order', () => {
  const places = turnstile({ isOpen: held => held < 2 })
  const works = Array.from({ length: 5 }, work)
  for (const { run$ } of works) places.hold(run$).subscribe()
  const started = () => works.map(({ state }) => state.started)
  expect(started()).toEqual([true, true, false, false, false])
  expect(places).toMatchObject({ held: 2, waiting: 3 })
  works[1]?.end$.complete()
  expect(started()).toEqual([true, true, true, false, false])
  works[0]?.end$.complete()
  works[2]?.end$.complete()
  expect(started()).toEqual([true, true, true, true, true])
  expect(places).toMatchObject({ held: 2, waiting: 0 })
})

test('serves higher levels first, and in order within a level', () => {
  const places = turnstile({ isOpen: held => held < 1, levels: 3 })
  const served: string[] = []
  const blocker = work()
  places.hold(blocker.run$).subscribe()
  const note = (name: string) => defer(() => of(served.push(name)))
  for (const [name, level] of [
    ['low-1', 0],
    ['high-1', 2],
    ['mid-1', 1],
    ['low-2', 0],
    ['high-2', 2],
  ] as const) {
    places.hold(note(name), level).subscribe()
  }
  expect([0, 1, 2].map(places.waitingAt)).toEqual([2, 1, 2])
  blocker.end$.complete()
  expect(served).toEqual(['high-1', 'high-2', 'mid-1', 'low-1', 'low-2'])
})

test('passes over a turn that was given up, and frees the place of work that is unsubscribed', () => {
  const places = turnstile({ isOpen: held => held < 1 })
  const [first, second, third] = [work(), work(), work()]
  const running = places.hold(first.run$).subscribe()
  const waiting = places.hold(second.run$).subscribe()
  places.hold(third.run$).subscribe()
  waiting.unsubscribe()
  expect(places.waiting).toBe(1)
  running.unsubscribe()
  expect(first.state.released).toBe(true)
  expect([second.state.started, third.state.started]).toEqual([false, true])
  expect(places).toMatchObject({ held: 1, waiting: 0 })
})

test('serves newcomers after every waiting turn was given up', () => {
  const places = turnstile({ isOpen: held => held < 1 })
  const blocker = work()
  places.hold(blocker.run$).subscribe()
  const abandoned = Array.from({ length: 3000 }, () => places.hold(NEVER).subscribe())
  for (const turn of abandoned) turn.unsubscribe()
  expect(places.waiting).toBe(0)
  const late = work()
  places.hold(late.run$).subscribe()
  blocker.end$.complete()
  expect(late.state.started).toBe(true)
  expect(places).toMatchObject({ held: 1, waiting: 0 })
})

test('frees the place of work that fails, at once or later, and hands the failure on', () => {
  const places = turnstile({ isOpen: held => held < 1 })
  const failure = new Error('made to fail')
  expect(collect(places.hold(throwError(() => failure))).seen).toEqual([failure])
  const thrown = defer((): Observable<never> => {
    throw failure
  })
  expect(collect(places.hold(thrown)).seen).toEqual([failure])
  const later = work()
  const { seen } = collect(places.hold(later.run$))
  const waiting = collect(places.hold(of('next')))
  later.end$.error(failure)
  expect(seen).toEqual([failure])
  expect(waiting.seen).toEqual(['next', 'done'])
  expect(places.held).toBe(0)
})

test('gives each subscription a turn of its own', () => {
  const places = turnstile({ isOpen: held => held < 1 })
  let started = 0
  const once$ = places.hold(
    defer(() => {
      started++
      return NEVER
    }),
  )
  const first = once$.subscribe()
  once$.subscribe()
  expect(started).toBe(1)
  first.unsubscribe()
  expect(started).toBe(2)
})

test('frees the place at the first value, before the value goes on, and only once', () => {
  const places = turnstile({ isOpen: held => held < 1 })
  const order: string[] = []
  const note = (name: string) => order.push(`${name}, held: ${places.held}`)
  const [first, second] = [work(), work()]
  places.hold(first.run$).subscribe(note)
  places.hold(defer(() => (note('second starts'), second.run$))).subscribe()
  first.end$.next('first')
  first.end$.next('more of first')
  first.end$.complete()
  expect(order).toEqual(['second starts, held: 1', 'first, held: 1', 'more of first, held: 1'])
  second.end$.complete()
  expect(places.held).toBe(0)
})

test('refuses a level that it does not have', () => {
  const places = turnstile({ isOpen: held => held < 1, levels: 2 })
  expect(collect(places.hold(of('a'), 2)).seen).toEqual([expect.any(Error)])
  expect(places.held).toBe(0)
})

test('runs a hundred thousand waiting and synchronous works without a deep stack, never over its maximum', () => {
  const places = turnstile({ isOpen: held => held < 3 })
  const blockers = Array.from({ length: 3 }, work)
  for (const { run$ } of blockers) places.hold(run$).subscribe()
  let most = 0
  let ran = 0
  const quick$ = defer(() => {
    ran++
    most = Math.max(most, places.held)
    return EMPTY
  })
  for (let n = 0; n < 100_000; n++) places.hold(quick$).subscribe()
  expect([ran, places.waiting]).toEqual([0, 100_000])
  for (const { end$ } of blockers) end$.complete()
  expect([ran, most]).toEqual([100_000, 3])
  expect(places).toMatchObject({ held: 0, waiting: 0 })
})

test('starts the next when work ends within the start of another', () => {
  const places = turnstile({ isOpen: held => held < 1 })
  const order: string[] = []
  const inner$ = defer(() => of(order.push('inner')))
  const outer$ = defer(() => {
    places.hold(inner$).subscribe()
    return of(order.push('outer'))
  })
  places.hold(outer$).subscribe()
  expect(order).toEqual(['outer', 'inner'])
  expect(places).toMatchObject({ held: 0, waiting: 0 })
})
