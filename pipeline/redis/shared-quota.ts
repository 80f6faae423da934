import { Observable, type SchedulerLike } from 'rxjs'
import { CALLS_MAX } from '../../operators/gateway/limits/call-places.ts'
import type {
  Quota,
  QuotaAnswer,
  QuotaLimits,
  QuotaRequest,
  QuotaUse,
  TokenUse,
} from '../../operators/gateway/quota.ts'
import { quotaLimitNames } from '../../schemas/quota-limits.ts'
import { type AwayQuota, awayQuota } from './away-quota.ts'
import { OwnCalls, type OwnCallsOptions } from './own-calls.ts'
import {
  type EndedCall,
  nothingUsed,
  type QuotaCall,
  type QuotaStatus,
  type WorkerReport,
} from './quota-call.ts'
import type { QuotaLink, QuotaTrouble } from './quota-link.ts'
import { QuotaMembership } from './quota-membership.ts'

export interface SharedQuotaOptions extends OwnCallsOptions {
  readonly link: QuotaLink
  /** The name of this worker among those that share the quota: no other may have it. */
  readonly worker: string
  readonly limits: QuotaLimits
  /** How often each worker shows that it lives. */
  readonly beatMs: number
  readonly clock: SchedulerLike
  /** Redis went away, and why; null: it is back, and this worker shares again. */
  readonly onDegraded: (trouble: QuotaTrouble | null) => void
}

export interface SharedQuota extends Quota {
  /** Ends the timers and tells the others; the leases that are left end by themselves. */
  leave(): Promise<void>
}

/** How long a caller waits that Redis did not know. */
const RETURNING_MS = 20

/**
 * The quota of one model, shared with other workers through Redis.
 *
 * Shape:  `take` answers after one call of Redis, or at once where Redis is away.
 * Time:   that of Redis, and while it is away that of `clock`.
 * State:  in Redis; here, what this worker sent within the longest window (62 cells each) and its calls in flight.
 * Errors: none. When a call fails, this worker takes its part of the limits until Redis is back and has been told by all
 *         workers what they sent meanwhile; nothing is granted before. A worker that alone loses Redis takes its part on top
 *         of what the others use.
 */
export function sharedQuota(options: SharedQuotaOptions): SharedQuota {
  return new RedisQuota(options)
}

class RedisQuota implements SharedQuota {
  limits: QuotaLimits
  private readonly options: SharedQuotaOptions
  private readonly own: OwnCalls
  private readonly member: QuotaMembership
  private away: AwayQuota | null = null
  private status: QuotaStatus | null = null
  private statusAtMs = 0
  private use: QuotaUse = nothingUsed
  private closedUntilMs = -Infinity
  private processes = 1
  private leases = 0

  constructor(options: SharedQuotaOptions) {
    this.options = options
    this.limits = options.limits
    this.own = new OwnCalls(options)
    this.member = new QuotaMembership({
      ...options,
      send: call => this.send(call),
      report: () => this.report(),
      onStatus: status => {
        this.adopt(status)
      },
      onLost: trouble => {
        this.goAway()
        options.onDegraded(trouble)
      },
      onJoined: status => {
        this.goOn(status)
      },
    })
  }

  get closedMs(): number {
    return Math.max(0, this.closedUntilMs - this.nowMs)
  }

  take(request: QuotaRequest): Observable<QuotaAnswer> {
    return new Observable(subscriber => {
      this.answer(request).then(
        answer => {
          // Nobody waits for it any more, and nothing is sent for it.
          if (subscriber.closed && answer.kind === 'granted')
            this.settle(answer.lease, { input: 0, output: 0 })
          subscriber.next(answer)
          subscriber.complete()
        },
        (error: unknown) => {
          subscriber.error(error)
        },
      )
    })
  }

  settle(lease: string, used: TokenUse | null): void {
    const call = this.own.close(this.nowMs, lease, used)
    if (call === undefined) return
    const ended: EndedCall = used === null ? [lease] : [lease, used.input, used.output]
    const { state } = this.member
    if (state === 'shared') void this.tell(ended)
    else if (state === 'joining' || call.away === null) this.own.keep(ended)
    else this.away?.settle(this.nowMs, call.away, used)
  }

  close(forMs: number): void {
    this.closedUntilMs = Math.max(this.closedUntilMs, this.nowMs + forMs)
    this.away?.close(this.closedUntilMs)
    if (this.member.state === 'shared') void this.member.ask({ op: 'close', forMs })
  }

  change(limits: QuotaLimits): void {
    this.limits = limits
    this.away?.change(this.nowMs, limits)
  }

  shareAmong(processes: number): void {
    this.processes = processes
  }

  used(): QuotaUse {
    // As if all did as this one does, which is how its calls are counted then.
    if (this.away !== null)
      return { ...this.away.used(this.nowMs), concurrency: this.inFlight * this.workers }
    return this.use
  }

  leave(): Promise<void> {
    return this.member.leave()
  }

  private get nowMs(): number {
    return this.options.clock.now()
  }

  private get inFlight(): number {
    return this.own.inFlight(this.nowMs)
  }

  /** As many as were seen in Redis, or as its group knows: while Redis is away nobody sees more. */
  private get workers(): number {
    return Math.max(this.status?.workers ?? 1, this.processes)
  }

  private async answer(request: QuotaRequest): Promise<QuotaAnswer> {
    await this.member.settled
    const answer = this.member.state === 'shared' ? await this.askRedis(request) : null
    if (answer !== null) return answer
    if (this.member.state === 'away' && this.away !== null) return this.askAlone(this.away, request)
    return { kind: 'wait', waitMs: RETURNING_MS, by: 'closed' }
  }

  /** Null: there is no answer. */
  private async askRedis({ tokens, critical, waitedMs = 0 }: QuotaRequest): Promise<QuotaAnswer | null> {
    const { inFlight, nowMs: atMs } = this
    const lease = this.newLease()
    const asked = { lease, tokens: [tokens.input, tokens.output], critical, waitedMs, inFlight } as const
    const reply = await this.member.ask({ op: 'take', ...asked })
    // It may have been granted all the same.
    if (reply.kind === 'trouble') this.own.keep([lease, 0, 0])
    if (reply.kind === 'granted') {
      this.own.open(lease, { atMs, tokens, away: null })
      return { kind: 'granted', lease }
    }
    if (reply.kind === 'wait') return { kind: 'wait', waitMs: reply.waitMs, by: reply.by }
    return reply.kind === 'never' ? { kind: 'never', by: reply.by } : null
  }

  private askAlone(quota: AwayQuota, request: QuotaRequest): QuotaAnswer {
    const { nowMs } = this
    const answer = quota.take(nowMs, request, this.inFlight)
    if (answer.kind !== 'granted') return answer
    const lease = this.newLease()
    this.own.open(lease, { atMs: nowMs, tokens: request.tokens, away: answer.lease })
    return { kind: 'granted', lease }
  }

  private async tell(call: EndedCall): Promise<void> {
    const [lease, input, output] = call
    const used = input === undefined || output === undefined ? false : ([input, output] as const)
    const reply = await this.member.ask({ op: 'settle', lease, used })
    if (reply.kind === 'trouble' || reply.kind === 'unknown') this.own.keep(call)
  }

  private report(): WorkerReport {
    const isNew = this.status === null && this.away === null
    return { workers: isNew ? 0 : this.workers, closedMs: this.closedMs, ...this.own.report(this.nowMs) }
  }

  private goAway(): void {
    const { options, nowMs, limits, workers, inFlight, status } = this
    const seen = status && {
      parts: status.profile,
      atMs: this.statusAtMs - status.profileAgeMs,
      inFlight: this.use.concurrency,
    }
    this.away = awayQuota({ ...options, limits, nowMs, workers, seen, inFlight })
    this.away.close(this.closedUntilMs)
  }

  private goOn(status: QuotaStatus): void {
    const wasAway = this.away !== null
    this.away = null
    this.adopt(status)
    for (const call of this.own.told()) void this.tell(call)
    if (this.closedMs > status.closedMs) void this.member.ask({ op: 'close', forMs: this.closedMs })
    if (wasAway) this.options.onDegraded(null)
  }

  private adopt(status: QuotaStatus): void {
    this.status = status
    this.statusAtMs = this.nowMs
    this.closedUntilMs = Math.max(this.closedUntilMs, this.nowMs + status.closedMs)
  }

  private async send(call: QuotaCall) {
    const { link, worker, minuteMs, dayMs, jitterMs, leaseMs, beatMs, charge } = this.options
    const reply = await link({
      ...{ worker, minuteMs, dayMs, jitterMs, leaseMs, beatMs, charge },
      limits: quotaLimitNames.map(name => this.limits[name] ?? false),
      placesMax: Math.floor(Math.min(this.limits.concurrency ?? CALLS_MAX, CALLS_MAX)),
      id: this.status?.id ?? '',
      epoch: this.status?.epoch ?? 0,
      ...call,
    })
    if ('use' in reply && reply.use !== undefined) this.use = reply.use
    return reply
  }

  private newLease(): string {
    return `${this.options.worker}:${++this.leases}`
  }
}
