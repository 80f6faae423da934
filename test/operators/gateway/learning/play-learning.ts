import {
  concatMap,
  defer,
  finalize,
  map,
  merge,
  type Observable,
  EMPTY,
  repeat,
  retry,
  type SchedulerAction,
  type Subscription,
  throwError,
  timer,
} from 'rxjs'
import type { ModelReply } from '../../../../operators/asking/model.ts'
import { localQuota } from '../../../../operators/gateway/local-quota.ts'
import type { ModelGate } from '../../../../operators/gateway/model-gate.ts'
import type { QuotaLimits, TokenUse } from '../../../../operators/gateway/quota.ts'
import { DrivenClock } from '../../../../pipeline/memory/driven-clock.ts'
import { drawLatency } from '../../../../pipeline/simulator/draw-latency.ts'
import { seededRandom } from '../../../../pipeline/simulator/seeded-random.ts'
import { PipelineError } from '../../../../schemas/failure.ts'
import { callRequest, modelGateOf } from '../../../support/model-gate-of.ts'
import type { LimitedServer, ServerAnswer } from './limited-server.ts'
import { noLimits } from '../../../support/no-limits.ts'

export interface LearningOptions {
  readonly server: LimitedServer
  readonly configured: Partial<QuotaLimits>
  readonly startMs: number
  readonly lengthMs: number
  readonly seed: number
  readonly minuteMs?: number
  /** How long a call takes, in the median. */
  readonly callMs?: number
  readonly tokensOf?: (random: () => number) => TokenUse
  /** When others call the same provider. */
  readonly othersMs?: readonly number[]
  /** More than there are at the server at once, so that one always waits. */
  readonly callers?: number
}

export interface LearningResult {
  readonly gate: ModelGate
  /** The most often that one call was refused. */
  readonly refusalsMost: number
}

const TIMER_LATE_MS_MAX = 3
const RETRY_MS = 4000
const RETRY_MS_MAX = 60_000
const oneToken: TokenUse = { input: 1, output: 1 }

/**
 * Plays calls through a gate to a server in virtual time, always one of them waiting: what is refused comes back after 4, 8, 16 ...
 * seconds. The way there and the way back take 15 ms and a lognormal delay of 20 ms (sigma 0.7); a timer is up to 3 ms late.
 */
export function playLearning(options: LearningOptions): LearningResult {
  const {
    server,
    startMs,
    minuteMs = 60_000,
    callMs = 1200,
    tokensOf = () => oneToken,
    callers = 100,
  } = options
  const random = seededRandom(options.seed)
  const clock = new LateClock(startMs, random)
  const jitterMs = minuteMs / 60
  const limits = { ...noLimits, ...options.configured }
  const quota = localQuota({ clock, limits, jitterMs, minuteMs, leaseMs: 300_000, charge: 'settle' })
  const gate = modelGateOf({ clock, ask: () => EMPTY, quota, jitterMs, minuteMs })
  const draw = (medianMs: number, sigma: number) => drawLatency({ medianMs, sigma }, [random(), random()])
  const wayMs = () => Math.min(1000, 15 + draw(20, 0.7))
  let refusalsMost = 0

  const after = (ms: number) => timer(ms, clock)
  const call = (tokens: TokenUse): Observable<ModelReply> =>
    after(wayMs()).pipe(
      map(() => server.receive(clock.now(), tokens)),
      concatMap(answer => (answer.isAccepted ? served(answer, tokens) : refused(answer))),
    )
  const served = ({ limits: told }: ServerAnswer, tokens: TokenUse) =>
    after(draw(callMs, 0.5)).pipe(
      finalize(() => server.inFlight--),
      concatMap(() => after(wayMs())),
      map(() => ({ text: '', finish: 'stop', tokens, ...(told && { limits: told }) }) as const),
    )
  const refused = ({ limits: told, limitHit, retryAfterMs }: ServerAnswer) =>
    after(wayMs()).pipe(
      concatMap(() =>
        throwError(
          () =>
            new PipelineError('model_rate_limited', 'refused', {
              limits: told,
              limitHit,
              ...(retryAfterMs !== undefined && { retryAfterMs }),
            }),
        ),
      ),
    )
  const caller$ = defer(() => {
    const tokens = tokensOf(random)
    return gate.admit(
      defer(() => call(tokens)),
      callRequest({ tokens }),
    )
  }).pipe(
    retry({
      delay: (_error, refusals) => {
        refusalsMost = Math.max(refusalsMost, refusals)
        return after(Math.min(RETRY_MS * 2 ** (refusals - 1), RETRY_MS_MAX))
      },
      resetOnSuccess: true,
    }),
    repeat(),
  )
  for (const atMs of options.othersMs ?? [])
    clock.schedule(() => {
      server.receiveOther(clock.now())
    }, atMs)
  const playing = merge(...Array.from({ length: callers }, () => caller$)).subscribe()
  clock.advanceTo(startMs + options.lengthMs)
  playing.unsubscribe()
  return { gate, refusalsMost }
}

/** Its timers fire up to 3 ms late. */
class LateClock extends DrivenClock {
  private readonly random: () => number

  constructor(startMs: number, random: () => number) {
    super(startMs)
    this.random = random
  }

  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delayMs = 0,
    state?: T,
  ): Subscription {
    return super.schedule(work, delayMs > 0 ? delayMs + TIMER_LATE_MS_MAX * this.random() : 0, state)
  }
}
