import {
  concatMap,
  connect,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  exhaustMap,
  map,
  type Observable,
  of,
  type OperatorFunction,
  repeat,
  type SchedulerLike,
  startWith,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs'
import type { CommitReceipt, LaneTransaction, OutputRecord } from './lane.ts'

/** Finished work that waits for its transaction. */
export interface Finished {
  readonly outputs: readonly OutputRecord[]
  /** How long its outputs may wait for others to be written with them, in milliseconds; they do not where it is absent. */
  readonly patienceMs?: number
}

export interface CommitInGroupsOptions<T extends Finished> {
  /** Makes the items durable's offset and metadata; called once for each transaction, just before it. */
  readonly seal: (items: readonly T[]) => Pick<LaneTransaction, 'offset' | 'metadata'>
  readonly commit: (transaction: LaneTransaction) => Observable<CommitReceipt>
  /** Items without output wait this long for one that has some, in milliseconds. */
  readonly idleMs: number
  readonly clock: SchedulerLike
}

export interface CommittedGroup<T> {
  readonly items: readonly T[]
  readonly receipt: CommitReceipt
}

/** A transaction ends at the item that reaches one of these. */
export const TRANSACTION_RECORDS_MAX = 2000
export const TRANSACTION_BYTES_MAX = 8 * 1024 * 1024

/** What waits for its transaction beyond this keeps the lane from taking more: what waits long makes the collector's work. */
export const UNWRITTEN_RECORDS_MAX = 2 * TRANSACTION_RECORDS_MAX

/**
 * Commits what is ready together, one transaction at a time.
 *
 * Shape:  items in, groups out, order kept. An item is never split: its outputs and the offset that follows from it belong together.
 * Time:   an item with outputs commits at once, after its patience, or with the next transaction; one without waits up to
 *         `idleMs`. Whoever must go first takes all that wait along.
 * State:  the items that came during the transaction under way; their producer is bounded by the lane's load.
 * Errors: those of `commit`. On completion what is queued is committed first.
 */
export function commitInGroups<T extends Finished>(
  options: CommitInGroupsOptions<T>,
): OperatorFunction<T, CommittedGroup<T>> {
  return items$ =>
    defer(() => {
      let queue: T[] = []
      /** When the first of them must be committed. */
      let dueMs = Infinity
      const next = () => {
        const group = takeGroup(queue)
        queue = queue.slice(group.length)
        // What a full transaction leaves does not wait again.
        dueMs = queue.length > 0 ? -Infinity : Infinity
        const transaction = { ...options.seal(group), records: group.flatMap(item => item.outputs) }
        return options.commit(transaction).pipe(map(receipt => ({ items: group, receipt })))
      }
      return items$.pipe(
        tap(item => {
          queue.push(item)
          dueMs = Math.min(dueMs, options.clock.now() + patienceOf(item, options))
        }),
        connect(queued$ => {
          const ready$ = defer(() =>
            queued$.pipe(
              map(() => dueMs),
              startWith(dueMs),
              endWith(-Infinity),
              distinctUntilChanged(),
              switchMap(atMs => waitUntil(atMs, options)),
              take(1),
            ),
          )
          const transactions$ = ready$.pipe(
            concatMap(next),
            repeat({ delay: () => (queue.length > 0 ? of(null) : EMPTY) }),
          )
          return queued$.pipe(exhaustMap(() => transactions$))
        }),
      )
    })
}

type Waiting = Pick<CommitInGroupsOptions<Finished>, 'idleMs' | 'clock'>

function patienceOf({ outputs, patienceMs = 0 }: Finished, { idleMs }: Waiting): number {
  return outputs.length > 0 ? Math.min(patienceMs, idleMs) : idleMs
}

function waitUntil(atMs: number, { idleMs, clock }: Waiting): Observable<unknown> {
  // Nothing waits longer than what has no outputs, also when the clock is set back meanwhile.
  const waitMs = Math.min(atMs - clock.now(), idleMs)
  return waitMs > 0 ? timer(waitMs, clock) : of(null)
}

function takeGroup<T extends Finished>(queue: readonly T[]): readonly T[] {
  let records = 0
  let bytes = 0
  let taken = 0
  for (const { outputs } of queue) {
    records += outputs.length
    bytes += bytesOf(outputs)
    if (taken > 0 && (records > TRANSACTION_RECORDS_MAX || bytes > TRANSACTION_BYTES_MAX)) break
    taken++
  }
  return queue.slice(0, taken)
}

function bytesOf(outputs: readonly OutputRecord[]): number {
  return outputs.reduce((sum, { key, value }) => sum + sizeOf(key) + sizeOf(value), 0)
}

function sizeOf(data: OutputRecord['value']): number {
  return data === null ? 0 : Buffer.byteLength(data)
}
