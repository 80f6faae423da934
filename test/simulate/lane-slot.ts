import { type Observable, type SchedulerLike, Subject, Subscription, timer } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { DisturbedLane } from './disturb-lane.ts'
import type { Incarnation } from './incarnation.ts'
import type { CommitFault, LaneRef } from './plan.ts'

/** A lane that is open on a worker. */
export interface Opened {
  readonly incarnation: Incarnation
  readonly lane: DisturbedLane
  readonly chain$: Observable<unknown>
}

export interface LaneSlotOptions {
  readonly ref: LaneRef
  readonly clock: SchedulerLike
  readonly open: (slot: LaneSlot, worker: number, stopping$: Subject<void>) => Opened
  readonly onBug: (incarnation: Incarnation, error: unknown) => void
}

interface Running extends Opened {
  readonly stopping$: Subject<void>
  readonly subscription: Subscription
  /** What it does when its lane fails: opened again at once, or gone. */
  onFailure: 'reopen' | 'end'
}

const REOPEN_MS = 50

/** One lane over the run: whose it is, which earlier owners still believe that it is theirs, and who opens it next. */
export class LaneSlot {
  readonly ref: LaneRef
  readonly faults: CommitFault[] = []
  private current: Running | null = null
  private readonly zombies = new Set<Running>()
  private reopening: Subscription | null = null
  private readonly options: LaneSlotOptions

  constructor(options: LaneSlotOptions) {
    this.ref = options.ref
    this.options = options
  }

  get owner(): Opened | null {
    return this.current
  }

  /** All that still run, earlier owners included. */
  get running(): readonly Opened[] {
    return [...this.zombies, ...(this.current === null ? [] : [this.current])]
  }

  /** Opens the lane, which fences whoever had it; the earlier owner goes on if it is not closed before. */
  open(worker: number): void {
    this.reopening?.unsubscribe()
    this.reopening = null
    if (this.current !== null) {
      this.current.incarnation.isSuperseded = true
      this.current.onFailure = 'end'
      this.zombies.add(this.current)
    }
    const stopping$ = new Subject<void>()
    const opened = this.options.open(this, worker, stopping$)
    const { onBug } = this.options
    const { incarnation } = opened
    // Set before it runs: it may fail, or commit, within the call.
    const running: Running = { ...opened, stopping$, subscription: new Subscription(), onFailure: 'reopen' }
    this.current = running
    running.subscription.add(
      opened.chain$.subscribe({
        error: (error: unknown) => {
          if (error instanceof PipelineError && error.retryable) this.failed(running)
          else onBug(incarnation, error)
        },
        complete: () => {
          this.close(running)
        },
      }),
    )
  }

  /** The owner is gone without a word. */
  lose(downMs: number, worker: number): void {
    if (this.current !== null) this.close(this.current)
    this.openIn(downMs, worker)
  }

  /** The owner stops as it does when its process is told to. */
  leave(downMs: number, worker: number): void {
    const owner = this.current
    owner?.stopping$.next()
    // What it still commits takes a while at most.
    this.openIn(downMs, worker, () => {
      if (owner !== null) this.close(owner)
    })
  }

  /** A new owner, while the old one runs on for a while. */
  overlap(worker: number, togetherMs: number, returns: boolean): void {
    const old = this.current
    this.open(worker)
    if (old === null) return
    if (returns) old.onFailure = 'reopen'
    timer(togetherMs, this.options.clock).subscribe(() => {
      if (this.zombies.has(old)) this.close(old)
    })
  }

  /** Delivery to the owner is held up. */
  stall(ms: number): void {
    const lane = this.current?.lane
    lane?.stall()
    timer(ms, this.options.clock).subscribe(() => lane?.unstall())
  }

  /** Nothing goes wrong from here on. */
  calm(): void {
    this.faults.length = 0
    for (const zombie of this.zombies) this.close(zombie)
    this.current?.lane.unstall()
  }

  private failed(running: Running): void {
    const { worker } = running.incarnation
    const { onFailure } = running
    const wasOwner = running === this.current
    this.close(running)
    if (wasOwner || onFailure === 'reopen') this.openIn(REOPEN_MS, worker)
  }

  private openIn(ms: number, worker: number, before: () => void = () => undefined): void {
    this.reopening?.unsubscribe()
    this.reopening = timer(ms, this.options.clock).subscribe(() => {
      before()
      this.open(worker)
    })
  }

  private close(running: Running): void {
    running.incarnation.isClosed = true
    running.subscription.unsubscribe()
    this.zombies.delete(running)
    if (this.current === running) this.current = null
  }
}
