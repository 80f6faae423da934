import { concat, defer, EMPTY, NEVER, type Observable, of, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import { shareCalls } from '../../../../operators/gateway/answers/share-calls.ts'
import { virtualTime } from '../../../support/virtual-time.ts'

const callsMax = 100
const own = (reply: string) => ({ reply, isShared: false })
const shared = (reply: string) => ({ reply, isShared: true })

function collect<T>(source$: Observable<T>) {
  const seen: unknown[] = []
  source$.subscribe({
    next: value => seen.push(value),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('done'),
  })
  return seen
}

test('makes identical calls in flight one, and tells whose it is', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('     ---(a|)  ')
    const unmade$ = cold('   ---(b|)  ')
    const other$ = cold('    -----(c|)')
    expectObservable(calls.share('x', call$)).toBe('  ---(a|)', { a: own('a') })
    expectObservable(calls.share('x', unmade$)).toBe('---(a|)', { a: shared('a') })
    expectObservable(calls.share('y', other$)).toBe(' -----(c|)', { c: own('c') })
    expectSubscriptions(call$.subscriptions).toBe('  ^--!')
    expectSubscriptions(unmade$.subscriptions).toBe([])
  })
})

test('makes a new call when the one before has ended', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('       ---(a|)')
    const asked$ = calls.share('x', call$)
    expectObservable(asked$, ' ^      ').toBe('---(a|)   ', { a: own('a') })
    expectObservable(asked$, ' --^    ').toBe('---(a|)   ', { a: shared('a') })
    expectObservable(asked$, ' ----^  ').toBe('-------(a|)', { a: own('a') })
    expectSubscriptions(call$.subscriptions).toBe(['^--!', '----^--!'])
  })
})

test('lets the others wait on when the one who made the call leaves, or another', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('      -----(a|)')
    const asked$ = calls.share('x', call$)
    expectObservable(asked$, '^-!      ').toBe('-')
    expectObservable(asked$, '-^--!    ').toBe('-')
    expectObservable(asked$, '-^       ').toBe('-----(a|)', { a: shared('a') })
    expectSubscriptions(call$.subscriptions).toBe('^----!')
  })
})

test('aborts a call that nobody waits for any more', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions, flush }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('      -----(a|)')
    const asked$ = calls.share('x', call$)
    expectObservable(asked$, '^--!     ').toBe('-')
    expectObservable(asked$, '-^!      ').toBe('-')
    expectSubscriptions(call$.subscriptions).toBe('^--!')
    flush()
    expect(calls.inFlight).toBe(0)
  })
})

test('lets a call run on that is to, and whoever comes late join it', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions, flush }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('      -----(a|)')
    const asked$ = calls.share('x', call$, () => true)
    expectObservable(asked$, '^!       ').toBe('-')
    expectObservable(asked$, '--^!     ').toBe('-')
    expectObservable(asked$, '----^    ').toBe('-----(a|)', { a: shared('a') })
    expectSubscriptions(call$.subscriptions).toBe('^----!')
    flush()
    expect(calls.inFlight).toBe(0)
  })
})

test('asks whether a call runs on when the last one leaves', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('      ------(a|)')
    let isSent = true
    const asked$ = calls.share('x', call$, () => isSent)
    expectObservable(asked$, '^!').toBe('-')
    expectObservable(asked$, '--^-!').toBe('-')
    cold('---(a|)').subscribe(() => (isSent = false))
    expectSubscriptions(call$.subscriptions).toBe('^---!')
  })
})

test('fails for all that wait, and not for those who come after', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions, flush }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('       ---#')
    const asked$ = calls.share('x', call$)
    expectObservable(asked$, ' ^   ').toBe('---#')
    expectObservable(asked$, ' -^  ').toBe('---#')
    expectObservable(asked$, ' ----^').toBe('-------#')
    expectSubscriptions(call$.subscriptions).toBe(['^--!', '----^--!'])
    flush()
    expect(calls.inFlight).toBe(0)
  })
})

test('lets the failure of a call that runs on reach nobody', () => {
  virtualTime().run(({ cold, expectObservable, flush }) => {
    const calls = shareCalls<string>({ callsMax })
    expectObservable(
      calls.share('x', cold('---#'), () => true),
      '^!',
    ).toBe('-')
    flush()
    expect(calls.inFlight).toBe(0)
  })
})

test('passes on a call that replies at once, fails at once, cannot be made, or has no reply', () => {
  const calls = shareCalls<string>({ callsMax })
  const failure = new Error('made to fail')
  expect(collect(calls.share('x', of('a')))).toEqual([own('a'), 'done'])
  expect(
    collect(
      calls.share(
        'x',
        throwError(() => failure),
      ),
    ),
  ).toEqual([failure])
  const unmade$ = defer((): Observable<string> => {
    throw failure
  })
  expect(collect(calls.share('x', unmade$))).toEqual([failure])
  expect(collect(calls.share('x', EMPTY))).toEqual(['done'])
  expect(calls.inFlight).toBe(0)
})

test('makes a new call for whoever asks again on account of the reply', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('---(a|)')
    const asked$ = calls.share('x', call$)
    const again$ = defer(() => concat(asked$, asked$))
    expectObservable(again$).toBe('---a--(a|)', { a: own('a') })
    expectSubscriptions(call$.subscriptions).toBe(['^--!', '---^--!'])
  })
})

test('makes a call beyond its maximum for its own caller alone, and aborts it with him', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions, flush }) => {
    const calls = shareCalls<string>({ callsMax: 1 })
    const beyond$ = cold('                               ------(b|)')
    const asked$ = calls.share('y', beyond$, () => true)
    expectObservable(calls.share('x', cold('---(a|)'))).toBe('---(a|)', { a: own('a') })
    expectObservable(asked$, '                           ^!')
    expectObservable(asked$, '                           -^').toBe('-------(b|)', { b: own('b') })
    expectObservable(asked$, '                           --^').toBe('--------(b|)', { b: own('b') })
    expectSubscriptions(beyond$.subscriptions).toBe(['^!', '-^-----!', '--^-----!'])
    flush()
    expect(calls.inFlight).toBe(0)
  })
})

test('replies to ten thousand that wait for one call, each of which asks again, without a deep stack', () => {
  virtualTime().run(({ cold, flush }) => {
    const calls = shareCalls<string>({ callsMax })
    const call$ = cold('---(a|)')
    const asked$ = calls.share('x', call$)
    let replies = 0
    let sharedReplies = 0
    for (let n = 0; n < 10_000; n++) {
      concat(asked$, asked$).subscribe(({ isShared }) => {
        replies++
        if (isShared) sharedReplies++
      })
    }
    flush()
    expect([replies, sharedReplies]).toEqual([20_000, 19_998])
    expect(call$.subscriptions).toHaveLength(2)
  })
})

test('lets ten thousand leave, and only then aborts the call', () => {
  const calls = shareCalls<string>({ callsMax })
  const waiting = Array.from({ length: 10_000 }, () => calls.share('x', NEVER).subscribe())
  for (const one of waiting.slice(1)) one.unsubscribe()
  expect(calls.inFlight).toBe(1)
  waiting[0]?.unsubscribe()
  expect(calls.inFlight).toBe(0)
})
