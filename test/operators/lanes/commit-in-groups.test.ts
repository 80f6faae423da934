import { delay, EMPTY, map, NEVER, type Observable, of, Subject, throwError, timer } from 'rxjs'
import { expect, test } from 'vitest'
import {
  type CommittedGroup,
  commitInGroups,
  type CommitInGroupsOptions,
  type Finished,
  TRANSACTION_BYTES_MAX,
  TRANSACTION_RECORDS_MAX,
} from '../../../operators/lanes/commit-in-groups.ts'
import type { CommitReceipt, LaneTransaction, OutputRecord } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { virtualTime } from '../../support/virtual-time.ts'

interface Item extends Finished {
  readonly id: string
}

const receipt: CommitReceipt = { journalEnd: null }

function output(value: string): OutputRecord {
  return { topic: 'out', partition: 0, key: null, value }
}

/** Lower-case items have an output, upper-case ones have none. */
function item(id: string, outputs = id === id.toLowerCase() ? [output(id)] : []): Item {
  return { id, outputs }
}

const items = Object.fromEntries(Array.from('abcdefABCDEF').map(id => [id, item(id)]))

/** Commits that take 3 ms, unless the options say otherwise; emits the ids of each group. */
function committing(options: Partial<CommitInGroupsOptions<Item>> = {}) {
  const clock = options.clock ?? virtualTime()
  return (items$: Observable<Item>): Observable<string> =>
    items$.pipe(
      commitInGroups({
        seal: group => ({ offset: group.length, metadata: 'm' }),
        commit: () => of(receipt).pipe(delay(3, clock)),
        idleMs: 5,
        ...options,
        clock,
      }),
      map(group => group.items.map(({ id }) => id).join('')),
    )
}

test('commits an item with output at once, and what came meanwhile together after it', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable, expectSubscriptions }) => {
    const items$ = hot('  -a-bc------d----|', items)
    const subscription = '^---------------!'
    const expected = '    ----x--y------z-|'
    expectObservable(items$.pipe(committing({ clock }))).toBe(expected, { x: 'a', y: 'bc', z: 'd' })
    expectSubscriptions(items$.subscriptions).toBe(subscription)
  })
})

test('lets items without output wait for idleMs, and then commits them together', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable }) => {
    const items$ = hot('-A-B------C------------|', items)
    //                  -|5 ms|3|
    const expected = '  ---------x--------y----|'
    expectObservable(items$.pipe(committing({ clock }))).toBe(expected, { x: 'AB', y: 'C' })
  })
})

test('takes waiting items along as soon as one with output comes', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable }) => {
    const items$ = hot('-A-b--C-----------|', items)
    //                     |3||5 ms|3|
    const expected = '  ------x-------y---|'
    expectObservable(items$.pipe(committing({ clock }))).toBe(expected, { x: 'Ab', y: 'C' })
  })
})

test('lets an item with outputs wait for its patience, and takes along what comes meanwhile', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable }) => {
    const patient = (id: string) => ({ ...item(id), patienceMs: 4 })
    const items$ = hot('-a-b-C------d---|', { ...items, a: patient('a'), b: patient('b'), d: patient('d') })
    //                  |4ms||3|        |4ms: cut short by the end|
    const expected = '  --------x----------(z|)'
    expectObservable(items$.pipe(committing({ clock }))).toBe(expected, { x: 'abC', z: 'd' })
  })
})

test('goes by the least patient, and by the patience that is left after a commit', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable }) => {
    const withPatience = { a: 4, b: 1, d: 4 }
    const patient = Object.fromEntries(
      Object.entries(withPatience).map(([id, patienceMs]) => [id, { ...item(id), patienceMs }] as const),
    )
    const items$ = hot('-ab-d-----------|', { ...items, ...patient })
    //                    ||3|  d is due at 8
    const expected = '  ------x----y----|'
    expectObservable(items$.pipe(committing({ clock }))).toBe(expected, { x: 'ab', y: 'd' })
  })
})

test('takes patient items along as soon as one comes that has none', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable }) => {
    const items$ = hot('-ab-----|', { ...items, a: { ...item('a'), patienceMs: 5 } })
    expectObservable(items$.pipe(committing({ clock }))).toBe('-----x--|', { x: 'ab' })
  })
})

test('waits no longer than idleMs, whatever the clock says meanwhile', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable }) => {
    const items$ = hot('-a-----------|', { a: { ...item('a'), patienceMs: 60_000 } })
    expectObservable(items$.pipe(committing({ clock }))).toBe('---------x---|', { x: 'a' })
  })
})

test('commits waiting items at once when the source completes, and completes after the commit', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable }) => {
    expectObservable(hot('-AB|', items).pipe(committing({ clock }))).toBe('------(x|)', { x: 'AB' })
    expectObservable(hot('-aB|', items).pipe(committing({ clock }))).toBe('----x--(y|)', { x: 'a', y: 'B' })
    expectObservable(hot('-abc|', items).pipe(committing({ clock }))).toBe('----x--(y|)', { x: 'a', y: 'bc' })
  })
})

test('emits nothing of nothing, and commits nothing while nothing comes', () => {
  const clock = virtualTime()
  clock.run(({ hot, expectObservable, expectSubscriptions }) => {
    const never$ = hot<Item>('-')
    const commit = () => throwError(() => new Error('not to be called'))
    expectObservable(hot<Item>('--|').pipe(committing({ clock, commit }))).toBe('--|')
    expectObservable(never$.pipe(committing({ clock, commit })), '----!').toBe('-----')
    expectSubscriptions(never$.subscriptions).toBe('^---!')
  })
})

test('passes an error of the source on at once, also during a commit', () => {
  const clock = virtualTime()
  clock.run(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const commit$ = cold('------(r|)', { r: receipt })
    const expected = '--#'
    expectObservable(hot('-a#', items).pipe(committing({ clock, commit: () => commit$ }))).toBe(expected)
    expectSubscriptions(commit$.subscriptions).toBe('-^!')
  })
})

test('ends with the error of a commit, and commits nothing after it', () => {
  const clock = virtualTime()
  clock.run(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const failed = new PipelineError('commit_failed', 'x')
    const commit$ = cold<CommitReceipt>('  --#', {}, failed)
    const items$ = hot('   -ab----', items)
    const subscription = ' ^--!'
    expectObservable(items$.pipe(committing({ clock, commit: () => commit$ }))).toBe('---#', {}, failed)
    expectSubscriptions(items$.subscriptions).toBe(subscription)
    expectSubscriptions(commit$.subscriptions).toBe('-^-!')
  })
})

test('ends with the error of a seal that throws', () => {
  const seal = () => {
    throw new Error('seal')
  }
  const errors: unknown[] = []
  of(item('a'))
    .pipe(committing({ seal }))
    .subscribe({ error: (error: unknown) => errors.push(error) })
  expect(errors).toEqual([new Error('seal')])
})

test('abandons the commit and the idle timer when it is unsubscribed', () => {
  const clock = virtualTime()
  clock.run(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const commit$ = cold<CommitReceipt>('------')
    expectObservable(hot('-a', items).pipe(committing({ clock, commit: () => commit$ })), '---!').toBe('----')
    expectSubscriptions(commit$.subscriptions).toBe('-^-!')
    const commit = () => throwError(() => new Error('not to be called'))
    expectObservable(hot('-A', items).pipe(committing({ clock, commit })), '---!').toBe('----------')
  })
})

test('seals each group once, just before its commit, and hands over what belongs to it', () => {
  const log: string[] = []
  const transactions: LaneTransaction[] = []
  const source$ = new Subject<Item>()
  const answers: Subject<CommitReceipt>[] = []
  const groups: CommittedGroup<Item>[] = []
  const options: CommitInGroupsOptions<Item> = {
    seal: group => {
      log.push(`seal ${group.map(({ id }) => id).join('')}`)
      return { offset: 7, metadata: 'm' }
    },
    commit: transaction => {
      log.push('commit')
      transactions.push(transaction)
      const answer$ = new Subject<CommitReceipt>()
      answers.push(answer$)
      return answer$
    },
    idleMs: 5,
    clock: virtualTime(),
  }
  const subscription = source$.pipe(commitInGroups(options)).subscribe(group => groups.push(group))
  source$.next(item('a', [output('1'), output('2')]))
  source$.next(item('b', [output('3')]))
  source$.next(item('C', []))
  expect(log).toEqual(['seal a', 'commit'])
  answers[0]?.next({ journalEnd: 5 })
  answers[0]?.complete()
  expect(log).toEqual(['seal a', 'commit', 'seal bC', 'commit'])
  expect(
    transactions.map(({ offset, metadata, records }) => [offset, metadata, records.map(r => r.value)]),
  ).toEqual([
    [7, 'm', ['1', '2']],
    [7, 'm', ['3']],
  ])
  expect(groups.map(({ receipt: { journalEnd } }) => journalEnd)).toEqual([5])
  subscription.unsubscribe()
})

/** The groups of items that all came during the first commit. */
function groupsOf(waiting: readonly Item[]): readonly string[] {
  const first$ = new Subject<CommitReceipt>()
  const source$ = new Subject<Item>()
  const groups: string[] = []
  let commits = 0
  source$
    .pipe(committing({ commit: () => (commits++ === 0 ? first$ : of(receipt)) }))
    .subscribe(group => groups.push(group))
  source$.next(item('first'))
  for (const one of waiting) source$.next(one)
  first$.next(receipt)
  first$.complete()
  return groups.slice(1)
}

test('ends a transaction at the most records, at the boundary of an item', () => {
  const records = (count: number) => Array.from({ length: count }, () => output('v'))
  const half = TRANSACTION_RECORDS_MAX / 2
  expect(groupsOf([item('a', records(half)), item('b', records(half)), item('C')])).toEqual(['abC'])
  expect(groupsOf([item('a', records(half)), item('b', records(half + 1)), item('C')])).toEqual(['a', 'bC'])
  expect(groupsOf([item('a', records(3 * half)), item('b', records(1))])).toEqual(['a', 'b'])
})

test('ends a transaction at the most bytes, counted as they are encoded', () => {
  const quarter = TRANSACTION_BYTES_MAX / 4
  const ascii = (id: string, bytes: number) => item(id, [output('x'.repeat(bytes))])
  const quarters = ['a', 'b', 'c'].map(id => ascii(id, quarter))
  expect(groupsOf([...quarters, ascii('d', quarter)])).toEqual(['abcd'])
  expect(groupsOf([...quarters, ascii('d', quarter + 1)])).toEqual(['abc', 'd'])
  // Two bytes each.
  expect(groupsOf([...quarters, item('d', [output('é'.repeat(quarter / 2 + 1))])])).toEqual(['abc', 'd'])
  expect(groupsOf([ascii('a', 2 * TRANSACTION_BYTES_MAX), item('b')])).toEqual(['a', 'b'])
})

test('counts keys as well as values, and bytes that are none', () => {
  const half = TRANSACTION_BYTES_MAX / 2
  const keyed = (id: string, bytes: number) =>
    item(id, [{ topic: 'out', partition: 0, key: Buffer.alloc(bytes), value: null }])
  expect(groupsOf([keyed('a', half), keyed('b', half)])).toEqual(['ab'])
  expect(groupsOf([keyed('a', half), keyed('b', half + 1)])).toEqual(['a', 'b'])
})

test('takes what a committed group causes into the next transaction', () => {
  const source$ = new Subject<Item>()
  const groups: string[] = []
  const subscription = source$.pipe(committing({ commit: () => of(receipt) })).subscribe(group => {
    groups.push(group)
    if (group === 'a') for (const id of 'bC') source$.next(item(id))
  })
  source$.next(item('a'))
  expect(groups).toEqual(['a', 'bC'])
  subscription.unsubscribe()
})

test('goes on when a commit answers without a receipt', () => {
  const source$ = new Subject<Item>()
  const groups: string[] = []
  const answers = [EMPTY, of(receipt), NEVER]
  source$.pipe(committing({ commit: () => answers.shift() ?? EMPTY })).subscribe(group => groups.push(group))
  for (const id of 'abc') source$.next(item(id))
  expect(groups).toEqual(['b'])
})

test('has a queue of its own for each subscription', () => {
  const clock = virtualTime()
  clock.run(({ cold, expectObservable }) => {
    const groups$ = cold('Aa|', items).pipe(
      committing({ clock, commit: () => timer(2, clock).pipe(map(() => receipt)) }),
    )
    expectObservable(groups$).toBe('---(x|)', { x: 'Aa' })
    expectObservable(groups$).toBe('---(x|)', { x: 'Aa' })
  })
})
