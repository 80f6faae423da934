import {
  concatMap,
  defer,
  from,
  map,
  merge,
  type Observable,
  ReplaySubject,
  type SchedulerLike,
  Subject,
  takeUntil,
  timer,
} from 'rxjs'
import type {
  CommitReceipt,
  JournalBatch,
  Lane,
  LaneSignal,
  LaneTransaction,
} from '../../operators/lanes/lane.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { isAborted, unmarked } from './aborted-records.ts'
import { Chance } from './chance.ts'
import type { Incarnation } from './incarnation.ts'
import type { CommitFault } from './plan.ts'

export interface DisturbLaneOptions {
  readonly incarnation: Incarnation
  readonly seed: number
  readonly faultless: boolean
  readonly clock: SchedulerLike
  readonly commitMs: number
  readonly journalMs: number
  readonly stopping$: Observable<unknown>
  /** How the commit that begins now goes wrong. */
  readonly nextFault: () => CommitFault | null
  /** A commit took effect. */
  readonly onCommitted: (transaction: LaneTransaction) => void
  /** A commit was given up before it took effect. */
  readonly onAborted: (transaction: LaneTransaction) => void
}

/** A lane with the same port, and what a real one suffers: slow and failing commits, stalls, repeated and aborted records. */
export interface DisturbedLane extends Lane {
  /** Delivers the last records once more. */
  redeliver(count: number): void
  stall(): void
  unstall(): void
}

type Batch = Extract<LaneSignal, { kind: 'records' }>

const REDELIVERED_MAX = 6
const SLOW_COMMIT_MS = 5000
/** Sooner than any lane is opened again. */
const HUNG_COMMIT_MS = 30

/** Wraps a lane; what goes wrong is drawn from the seed, or asked for. */
export function disturbLane(inner: Lane, options: DisturbLaneOptions): DisturbedLane {
  const delivery = new Delivery(inner, options)
  const commits = new Commits(inner, options)
  return {
    ...inner,
    signals$: delivery.signals$,
    readJournal: journal => {
      const visible$ = inner.readJournal(journal).pipe(concatMap(batch => from(halves(batch))))
      return delayed(visible$, options.journalMs, options.clock)
    },
    commit: transaction => commits.commit(transaction),
    pause: () => {
      delivery.hold('paused', true)
    },
    resume: () => {
      delivery.hold('paused', false)
    },
    redeliver: count => {
      delivery.redeliver(count)
    },
    stall: () => {
      delivery.hold('stalled', true)
    },
    unstall: () => {
      delivery.hold('stalled', false)
    },
  }
}

class Delivery {
  readonly signals$: Observable<LaneSignal>
  private readonly again$ = new Subject<LaneSignal>()
  private readonly held = { paused: false, stalled: false }
  private recent: Batch['records'] = []
  private readonly inner: Lane
  private readonly options: DisturbLaneOptions

  constructor(inner: Lane, options: DisturbLaneOptions) {
    this.inner = inner
    this.options = options
    this.signals$ = defer(() => {
      options.incarnation.isReading = true
      return merge(inner.signals$.pipe(concatMap(signal => this.shaped(signal))), this.again$)
    }).pipe(takeUntil(options.stopping$))
  }

  hold(by: 'paused' | 'stalled', value: boolean): void {
    this.held[by] = value
    const { incarnation } = this.options
    const was = incarnation.isHeldUp
    incarnation.isHeldUp = this.held.paused || this.held.stalled
    if (incarnation.isHeldUp && !was) this.inner.pause()
    if (!incarnation.isHeldUp && was) this.inner.resume()
  }

  redeliver(count: number): void {
    const records = this.recent.slice(-count)
    if (records.length === 0) return
    const { isHeldUp, delivered: nextOffset } = this.options.incarnation
    this.again$.next({ kind: 'records', records, nextOffset, atEnd: !isHeldUp })
  }

  /** A batch as it may also come: without what was aborted, in two, or with its end proven apart. Pulled one by one. */
  private *shaped(signal: LaneSignal): Generator<LaneSignal> {
    if (signal.kind === 'end') {
      yield signal
      return
    }
    const { incarnation, seed, faultless } = this.options
    const chance = new Chance(seed, incarnation.id, signal.nextOffset)
    const batch = { ...signal, records: visibleIn(signal, chance) }
    this.recent = [...this.recent, ...batch.records].slice(-REDELIVERED_MAX)
    incarnation.delivered = signal.nextOffset
    const form = faultless ? 'whole' : chance.weighted({ whole: 4, halved: 4, apart: 3 })
    if (form === 'halved') yield* inTwo(batch)
    else if (form === 'apart') {
      yield { ...batch, atEnd: false }
      if (signal.atEnd && !incarnation.isHeldUp) yield { kind: 'end' }
    } else yield batch
  }
}

/** A few aborted records come through, as they do where aborted transactions of several writers overlap. */
function visibleIn({ records }: Batch, chance: Chance): Batch['records'] {
  return records
    .filter(record => !isAborted(record) || chance.is(0.3))
    .map(record => (isAborted(record) ? unmarked(record) : record))
}

function* inTwo(batch: Batch): Generator<Batch> {
  const { records } = batch
  const [second] = records.slice(Math.ceil(records.length / 2))
  if (second === undefined) {
    yield batch
    return
  }
  const first = records.filter(({ offset }) => offset < second.offset)
  yield { ...batch, records: first, nextOffset: second.offset, atEnd: false }
  yield { ...batch, records: records.slice(first.length) }
}

class Commits {
  private count = 0
  private readonly inner: Lane
  private readonly options: DisturbLaneOptions

  constructor(inner: Lane, options: DisturbLaneOptions) {
    this.inner = inner
    this.options = options
  }

  commit(transaction: LaneTransaction): Observable<CommitReceipt> {
    return defer(() => {
      const { clock, incarnation, seed, commitMs } = this.options
      const fault = this.options.nextFault()
      const outlives = new Chance(seed, incarnation.id, this.count++).is(0.5)
      const waitMs = fault === 'slow' ? SLOW_COMMIT_MS : commitMs
      if (waitMs === 0) return this.attempt(transaction, fault)
      const receipt$ = new ReplaySubject<CommitReceipt>(1)
      // On a subscription of its own: what was sent may take effect though nobody waits for it any more.
      timer(waitMs, clock)
        .pipe(
          concatMap(() => {
            if (!incarnation.isClosed || outlives) return this.attempt(transaction, fault)
            return this.failed(transaction, 'aborted')
          }),
        )
        .subscribe(receipt$)
      return receipt$
    })
  }

  private attempt(transaction: LaneTransaction, fault: CommitFault | null): Observable<CommitReceipt> {
    if (fault === 'before' || fault === 'aborted') return this.failed(transaction, fault)
    if (fault === 'hung') {
      timer(HUNG_COMMIT_MS, this.options.clock)
        .pipe(concatMap(() => this.effect(transaction)))
        .subscribe({ error: () => undefined })
      return this.failed(transaction, fault)
    }
    const effect$ = this.effect(transaction)
    return fault === 'after' ? effect$.pipe(concatMap(() => this.failed(transaction, fault))) : effect$
  }

  private effect(transaction: LaneTransaction): Observable<CommitReceipt> {
    return this.inner.commit(transaction).pipe(
      map(receipt => {
        this.options.onCommitted(transaction)
        return receipt
      }),
    )
  }

  private failed(transaction: LaneTransaction, fault: CommitFault): Observable<never> {
    return defer(() => {
      if (fault === 'aborted') this.options.onAborted(transaction)
      throw new PipelineError('commit_failed', `made to fail: ${fault}`)
    })
  }
}

function halves({ records, nextOffset }: JournalBatch): readonly JournalBatch[] {
  const visible = records.filter(record => !isAborted(record))
  const second = visible[Math.ceil(visible.length / 2)]
  if (second === undefined) return [{ records: visible, nextOffset }]
  const first = visible.filter(({ offset }) => offset < second.offset)
  return [
    { records: first, nextOffset: second.offset },
    { records: visible.slice(first.length), nextOffset },
  ]
}

function delayed<T>(values$: Observable<T>, ms: number, clock: SchedulerLike): Observable<T> {
  return ms === 0 ? values$ : timer(ms, clock).pipe(concatMap(() => values$))
}
