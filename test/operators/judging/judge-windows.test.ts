import { concat, defer, EMPTY, finalize, map, NEVER, type Observable, of, Subject, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import type { Verdict } from '../../../operators/judging/verdict.ts'
import { judgeWindows, type JudgeWindowsOptions } from '../../../operators/judging/judge-windows.ts'
import type { ClosedWindow } from '../../../operators/windows/window.ts'
import { closedWindow, type ClosedWindowOptions } from '../../support/closed-window.ts'

/** A lane of windows, each named by its key and its place, whose judgement begins and ends by hand. */
function bench(bounds: Partial<Omit<JudgeWindowsOptions, 'judge'>> = {}) {
  const windows$ = new Subject<ClosedWindow>()
  const ends = new Map<string, Subject<void>>()
  const judging = new Set<string>()
  let most = 0
  const judge = (window: ClosedWindow): Observable<Verdict> =>
    defer(() => {
      const name = nameOf(window)
      const end$ = new Subject<void>()
      ends.set(name, end$)
      judging.add(name)
      most = Math.max(most, judging.size)
      return end$.pipe(
        map(() => verdictOn(window)),
        finalize(() => judging.delete(name)),
      )
    })
  const verdicts: string[] = []
  const state: { ended: unknown } = { ended: null }
  const subscription = windows$
    .pipe(judgeWindows({ judge, judgingMax: 100, judgingPerKeyMax: 8, windowsMax: 1000, ...bounds }))
    .subscribe({
      next: ({ window }) => verdicts.push(nameOf(window)),
      error: (error: unknown) => {
        state.ended = error
      },
      complete: () => {
        state.ended = 'complete'
      },
    })
  const close = (...names: string[]) => {
    for (const name of names) windows$.next(named(name))
  }
  const end = (...names: string[]) => {
    for (const name of names) {
      ends.get(name)?.next()
      ends.get(name)?.complete()
    }
  }
  return { windows$, ends, judging, verdicts, state, subscription, close, end, most: () => most }
}

function named(name: string, more: ClosedWindowOptions = {}): ClosedWindow {
  return closedWindow({ key: name.slice(0, 1), offset: Number(name.slice(1)), ...more })
}

function nameOf({ key, held }: ClosedWindow): string {
  return `${key}${held[0]?.offset ?? ''}`
}

function verdictOn(window: ClosedWindow): Verdict {
  const tokens = { input: 0, output: 0 }
  return {
    kind: 'verdict',
    window,
    answer: null,
    model: null,
    questionHash: null,
    cache: 'miss',
    budget: null,
    attempts: [],
    tokens,
    costUsd: 0,
    queueMs: 0,
    callMs: 0,
  }
}

const options = {
  judge: (window: ClosedWindow) => of(verdictOn(window)),
  judgingMax: 2,
  judgingPerKeyMax: 2,
  windowsMax: 10,
}

test('passes an empty lane, a lane that never ends, and its failure', () => {
  const seen: unknown[] = []
  const note = (source$: Observable<ClosedWindow>) =>
    source$
      .pipe(judgeWindows(options))
      .subscribe({ error: error => seen.push(error), complete: () => seen.push('complete') })
  note(EMPTY)
  note(NEVER).unsubscribe()
  const failure = new Error('made to fail')
  note(throwError(() => failure))
  expect(seen).toEqual(['complete', failure])
})

test('judges windows of one key side by side, and gives their verdicts in the order in which they closed', () => {
  const { close, end, judging, verdicts } = bench()
  close('a1', 'a2', 'a3')
  expect([...judging]).toEqual(['a1', 'a2', 'a3'])
  end('a3')
  end('a2')
  expect(verdicts).toEqual([])
  end('a1')
  expect(verdicts).toEqual(['a1', 'a2', 'a3'])
})

test('lets no key wait for another', () => {
  const { close, end, verdicts } = bench()
  close('a1', 'b1', 'a2', 'c1')
  end('c1', 'a2', 'b1')
  expect(verdicts).toEqual(['c1', 'b1'])
  end('a1')
  expect(verdicts).toEqual(['c1', 'b1', 'a1', 'a2'])
})

test('keeps rules apart that share a key', () => {
  const { windows$, end, verdicts } = bench()
  windows$.next({ ...named('a1'), ruleId: 'one' })
  windows$.next({ ...named('a2'), ruleId: 'two' })
  end('a2')
  expect(verdicts).toEqual(['a2'])
})

test('judges at most so many of one key at once, while others go ahead', () => {
  const { close, end, judging } = bench({ judgingPerKeyMax: 2 })
  close('a1', 'a2', 'a3', 'a4', 'b1')
  expect([...judging]).toEqual(['a1', 'a2', 'b1'])
  end('a2')
  expect([...judging]).toEqual(['a1', 'b1', 'a3'])
})

test('judges at most so many of a lane at once, and all of them in time', () => {
  const { close, end, judging, verdicts, most } = bench({ judgingMax: 3 })
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(key => `${key}1`)
  close(...names)
  expect([...judging]).toEqual(['a1', 'b1', 'c1'])
  for (const name of names) end(name)
  expect(verdicts).toEqual(names)
  expect([most(), judging.size]).toEqual([3, 0])
})

test('takes no more windows than its maximum into judgement, and the rest when one is done', () => {
  const { close, end, ends, verdicts } = bench({ windowsMax: 2 })
  close('a1', 'b1', 'c1')
  expect([...ends.keys()]).toEqual(['a1', 'b1'])
  end('a1')
  expect([...ends.keys()]).toEqual(['a1', 'b1', 'c1'])
  end('c1', 'b1')
  expect(verdicts).toEqual(['a1', 'c1', 'b1'])
})

test('gives no place to windows that ask no model, and keeps them in the order of their key', () => {
  const { windows$, close, end, judging, verdicts } = bench({ judgingMax: 1, judgingPerKeyMax: 1 })
  close('a1')
  windows$.next(named('a2', { rule: null }))
  windows$.next(named('b1', { rule: null }))
  expect([...judging]).toEqual(['a1', 'a2', 'b1'])
  end('b1', 'a2')
  expect(verdicts).toEqual(['b1'])
  end('a1')
  expect(verdicts).toEqual(['b1', 'a1', 'a2'])
})

test('completes when the lane has completed and everything is judged', () => {
  const { windows$, close, end, state } = bench()
  close('a1')
  windows$.complete()
  expect(state.ended).toBeNull()
  end('a1')
  expect(state.ended).toBe('complete')
})

test('abandons every judgement when it is unsubscribed, when the lane fails and when one of them is a bug', () => {
  const left = bench()
  left.close('a1', 'b1')
  left.subscription.unsubscribe()
  expect(left.judging.size).toBe(0)

  const waiting = bench({ judgingMax: 1 })
  waiting.close('a1', 'b1')
  waiting.subscription.unsubscribe()
  expect([...waiting.ends.keys()]).toEqual(['a1'])

  const failed = bench()
  const failure = new Error('made to fail')
  failed.close('a1', 'b1')
  failed.windows$.error(failure)
  expect([failed.state.ended, failed.judging.size]).toEqual([failure, 0])

  const broken = bench()
  broken.close('a1', 'b1')
  broken.ends.get('a1')?.error(failure)
  expect([broken.state.ended, broken.judging.size]).toEqual([failure, 0])
})

test('ends with what its callback throws', () => {
  const bug = new TypeError('a bug')
  const throwing = () => {
    throw bug
  }
  let ended: unknown = null
  of(named('a1'))
    .pipe(judgeWindows({ ...options, judge: throwing }))
    .subscribe({
      error: (error: unknown) => {
        ended = error
      },
    })
  expect(ended).toBe(bug)
})

test('keeps nothing of one subscription for another', () => {
  const started: string[] = []
  const judge = (window: ClosedWindow) =>
    defer(() => concat(of(started.push(nameOf(window))), NEVER).pipe(map(() => verdictOn(window))))
  const judged$ = of(named('a1')).pipe(judgeWindows({ ...options, judge, judgingPerKeyMax: 1 }))
  judged$.subscribe()
  judged$.subscribe()
  expect(started).toEqual(['a1', 'a1'])
})

test('gives ten thousand verdicts that are there at once, in order, without a deep stack', () => {
  const names: string[] = []
  const windows = Array.from({ length: 10_000 }, (_, n) => named(`a${n}`))
  of(...windows)
    .pipe(judgeWindows(options))
    .subscribe(({ window }) => names.push(nameOf(window)))
  expect(names).toEqual(windows.map(nameOf))
})

test('gives ten thousand verdicts that waited for one place, in order, without a deep stack', () => {
  const names: string[] = []
  const first$ = new Subject<Verdict>()
  const windows = Array.from({ length: 10_000 }, (_, n) => named(`a${n}`))
  const judge = (window: ClosedWindow) => (window === windows[0] ? first$ : of(verdictOn(window)))
  of(...windows)
    .pipe(judgeWindows({ ...options, judge, judgingMax: 1 }))
    .subscribe(({ window }) => names.push(nameOf(window)))
  expect(names).toEqual([])
  for (const window of windows.slice(0, 1)) first$.next(verdictOn(window))
  first$.complete()
  expect(names).toEqual(windows.map(nameOf))
})

test('subscribes to no judgement that waits for a place of the lane or of its key', () => {
  const { ends, close, end } = bench({ judgingMax: 2, judgingPerKeyMax: 1 })
  close('a1', 'a2', 'b1', 'c1')
  expect([...ends.keys()]).toEqual(['a1', 'b1'])
  end('a1')
  expect([...ends.keys()]).toEqual(['a1', 'b1', 'c1'])
  end('b1')
  expect([...ends.keys()]).toEqual(['a1', 'b1', 'c1', 'a2'])
})
