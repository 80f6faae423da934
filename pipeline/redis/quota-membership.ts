import type { SchedulerLike, Subscription } from 'rxjs'
import type { QuotaCall, QuotaReply, QuotaStatus, WorkerReport } from './quota-call.ts'
import type { QuotaTrouble } from './quota-link.ts'

export interface QuotaMembershipOptions {
  readonly send: (call: QuotaCall) => Promise<QuotaReply | QuotaTrouble>
  readonly clock: SchedulerLike
  readonly beatMs: number
  /** All that Redis has to know before it may grant again. */
  readonly report: () => WorkerReport
  readonly onStatus: (status: QuotaStatus) => void
  readonly onLost: (trouble: QuotaTrouble) => void
  readonly onJoined: (status: QuotaStatus) => void
}

/**
 * One worker among those that share a quota: it joins, beats, and comes back after Redis was away.
 *
 * Time:   a beat each `beatMs`; while Redis is away a probe four times as often, one at a time.
 * Errors: none: the first call that fails makes this worker go on alone.
 */
export class QuotaMembership {
  /** `joining`: Redis is being told what was sent without it; nobody grants until it has answered. */
  state: 'joining' | 'shared' | 'away' | 'left' = 'joining'
  private readonly options: QuotaMembershipOptions
  private joining: Promise<void> | undefined
  private timer: Subscription | undefined

  constructor(options: QuotaMembershipOptions) {
    this.options = options
    void this.join().then(() => {
      this.beatLater()
    })
  }

  /** Resolves when a join that is under way has ended. */
  get settled(): Promise<void> {
    return this.joining ?? Promise.resolve()
  }

  async ask(call: QuotaCall): Promise<QuotaReply | QuotaTrouble> {
    const reply = await this.options.send(call)
    if (reply.kind === 'trouble') this.lose(reply)
    if (reply.kind === 'status') this.options.onStatus(reply)
    // It has lost what it knew, or others came back from an outage: then it asks everybody.
    if (reply.kind === 'unknown') void this.join()
    return reply
  }

  async leave(): Promise<void> {
    const wasShared = this.state === 'shared'
    this.state = 'left'
    this.timer?.unsubscribe()
    if (wasShared) await this.options.send({ op: 'leave' })
  }

  private beatLater(): void {
    if (this.hasLeft()) return
    const { clock, beatMs } = this.options
    this.timer = clock.schedule(() => void this.beat(), this.state === 'away' ? beatMs / 4 : beatMs)
  }

  private async beat(): Promise<void> {
    if (this.state === 'shared') await this.ask({ op: 'beat' })
    else if ((await this.options.send({ op: 'probe' })).kind !== 'trouble') await this.join()
    this.beatLater()
  }

  private join(): Promise<void> {
    this.joining ??= this.joinOnce().finally(() => {
      this.joining = undefined
    })
    return this.joining
  }

  private async joinOnce(): Promise<void> {
    if (this.hasLeft()) return
    const before = this.state
    this.state = 'joining'
    const reply = await this.options.send({ op: 'join', ...this.options.report() })
    if (this.hasLeft()) return
    if (reply.kind === 'status') {
      this.state = 'shared'
      this.options.onJoined(reply)
    } else if (before === 'away') this.state = 'away'
    else this.lose(reply.kind === 'trouble' ? reply : { kind: 'trouble', cause: new Error(reply.kind) })
  }

  private lose(trouble: QuotaTrouble): void {
    if (this.state === 'away' || this.hasLeft()) return
    this.state = 'away'
    this.options.onLost(trouble)
  }

  /** A function, since the type checker takes what it has seen once for constant. */
  private hasLeft(): boolean {
    return this.state === 'left'
  }
}
