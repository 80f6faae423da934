import { CALLS_MAX } from '../../operators/gateway/limits/call-places.ts'
import type { TokenUse } from '../../operators/gateway/quota.ts'
import type { EndedCall, WorkerReport } from './quota-call.ts'
import { type QuotaWindows, SentBook } from './sent-book.ts'

export interface OwnCallsOptions extends QuotaWindows {
  readonly leaseMs: number
  readonly charge: 'estimate' | 'settle'
}

export interface OwnCall {
  readonly atMs: number
  readonly tokens: TokenUse
  /** Its lease of the quota that granted it while Redis was away; null for one that Redis knows. */
  readonly away: string | null
}

/**
 * What one worker sent, and its calls in flight: as much as Redis has to be told of after an outage, and if it lost all it
 * knew.
 *
 * State: 62 cells for each window, twice; and the calls in flight, or ended without Redis knowing, `CALLS_MAX` at most.
 */
export class OwnCalls {
  private readonly options: OwnCallsOptions
  private readonly all: SentBook
  private sinceLost: SentBook
  // In the order of their ends, since all last as long.
  private readonly calls = new Map<string, OwnCall>()
  private ended: EndedCall[] = []
  private reported = 0

  constructor(options: OwnCallsOptions) {
    this.options = options
    this.all = new SentBook(options)
    this.sinceLost = new SentBook(options)
  }

  inFlight(nowMs: number): number {
    for (const [lease, { atMs }] of this.calls) {
      if (atMs + this.options.leaseMs > nowMs) break
      this.calls.delete(lease)
    }
    return this.calls.size
  }

  open(lease: string, call: OwnCall): void {
    this.calls.set(lease, call)
    const sent = { ...call, requests: 1 } as const
    this.all.add(call.atMs, sent)
    if (call.away !== null) this.sinceLost.add(call.atMs, sent)
  }

  /** Undefined: it has ended before. */
  close(nowMs: number, lease: string, used: TokenUse | null): OwnCall | undefined {
    const call = this.calls.get(lease)
    if (call === undefined) return undefined
    this.calls.delete(lease)
    if (used !== null && this.options.charge === 'settle') {
      const { atMs, tokens: charged } = call
      const tokens = { input: used.input - charged.input, output: used.output - charged.output }
      this.all.add(nowMs, { atMs, tokens, requests: 0 })
      if (call.away !== null) this.sinceLost.add(nowMs, { atMs, tokens, requests: 0 })
    }
    return call
  }

  /** Redis has to be told of its end. Beyond the bound leases end by themselves. */
  keep(call: EndedCall): void {
    if (this.ended.length < CALLS_MAX) this.ended.push(call)
  }

  report(nowMs: number): Pick<WorkerReport, 'away' | 'own' | 'leases' | 'ended'> {
    this.inFlight(nowMs)
    this.reported = this.ended.length
    return {
      away: this.sinceLost.held(nowMs),
      own: this.all.held(nowMs),
      leases: [...this.calls].map(([lease, { atMs, tokens }]) => [
        lease,
        nowMs - atMs,
        tokens.input,
        tokens.output,
      ]),
      ended: this.ended,
    }
  }

  /** Redis knows what was reported; of what has ended since, it is still to be told. */
  told(): readonly EndedCall[] {
    const rest = this.ended.slice(this.reported)
    this.ended = []
    this.sinceLost = new SentBook(this.options)
    for (const [lease, call] of this.calls) this.calls.set(lease, { ...call, away: null })
    return rest
  }
}
