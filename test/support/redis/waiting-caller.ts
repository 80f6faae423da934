import { firstValueFrom, type SchedulerLike } from 'rxjs'
import type { Quota, TokenUse } from '../../../operators/gateway/quota.ts'

export interface CallerOptions {
  readonly quota: Quota
  readonly clock: SchedulerLike
  readonly estimate: TokenUse
  /** Sends a call that was granted. */
  readonly send: (lease: string) => void
}

/** The gateway of one worker, as far as a quota sees it: calls that wait in a row, of which the first asks. */
export class WaitingCaller {
  sent = 0
  private readonly options: CallerOptions
  private readonly sinceMs: number[] = []
  private isAsking = false
  /** A call has come or ended since the last question. */
  private hasNews = false
  private hasEnded = false
  private again: { unsubscribe(): void } | undefined

  constructor(options: CallerOptions) {
    this.options = options
  }

  get waiting(): number {
    return this.sinceMs.length
  }

  /** One more call waits. */
  add(): void {
    this.sinceMs.push(this.options.clock.now())
    if (this.sinceMs.length === 1) void this.look()
  }

  /** A call has ended: its place is free. */
  settle(lease: string, used: TokenUse): void {
    this.options.quota.settle(lease, used)
    void this.look()
  }

  /** It dies: nothing that it holds is given back. */
  end(): void {
    this.hasEnded = true
    this.again?.unsubscribe()
  }

  private async look(): Promise<void> {
    this.hasNews = true
    if (this.isAsking) return
    this.isAsking = true
    this.again?.unsubscribe()
    while (this.isWanted()) await this.askOnce()
    this.isAsking = false
  }

  private async askOnce(): Promise<void> {
    this.hasNews = false
    const { quota, clock, estimate: tokens, send } = this.options
    const waitedMs = clock.now() - (this.sinceMs[0] ?? clock.now())
    const answer = await firstValueFrom(quota.take({ tokens, critical: false, waitedMs }))
    if (this.isOver()) return
    if (answer.kind === 'never') throw new Error(`never, by ${answer.by}`)
    if (answer.kind === 'wait') {
      if (answer.waitMs < Infinity) this.again = clock.schedule(() => void this.look(), answer.waitMs)
      return
    }
    this.hasNews = true
    this.sinceMs.shift()
    this.sent++
    send(answer.lease)
  }

  private isWanted(): boolean {
    return this.hasNews && this.sinceMs.length > 0 && !this.hasEnded
  }

  private isOver(): boolean {
    return this.hasEnded
  }
}
