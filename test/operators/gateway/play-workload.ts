import { type SchedulerLike, Subscription } from 'rxjs'
import type { Quota, QuotaAnswer, TokenUse } from '../../../operators/gateway/quota.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { drawLatency } from '../../../pipeline/simulator/draw-latency.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import type { VirtualServer } from './virtual-server.ts'

export interface WorkloadOptions {
  readonly quotaOf: (clock: SchedulerLike) => Quota
  readonly server: VirtualServer
  readonly lengthMs: number
  /** When calls are asked for, in milliseconds from the start, in order; without it one is always waiting. */
  readonly askedMs?: readonly number[]
  readonly tokensOf?: (random: () => number) => CallTokens
  readonly seed: number
}

export interface CallTokens {
  readonly estimated: TokenUse
  readonly used: TokenUse
}

export interface WorkloadResult {
  /** When each call was sent, in milliseconds from the start, in the order of asking. */
  readonly sentMs: readonly number[]
  /** Calls in flight after the first minute as their caller sees them, on average. */
  readonly inFlight: number
}

/** A time like any other: within a minute and within a millisecond. */
export const START_MS = 1_700_000_012_345.67
export const FIRST_WINDOW_MS = 60_000

const TIMER_LATE_MS_MAX = 3
const oneToken: CallTokens = { estimated: { input: 1, output: 1 }, used: { input: 1, output: 1 } }

/**
 * Plays calls through a quota to a server, in virtual time, first come, first served. The way there and the way back take
 * 15 ms and a lognormal delay of 20 ms (sigma 0.7), the call a lognormal 1.2 s (sigma 0.5); a timer is up to 3 ms late.
 */
export function playWorkload(options: WorkloadOptions): WorkloadResult {
  const { server, lengthMs, askedMs, tokensOf = () => oneToken } = options
  const clock = new DrivenClock(START_MS)
  const quota = options.quotaOf(clock)
  const random = seededRandom(options.seed)
  const wayMs = () => Math.min(1000, 15 + drawLatency({ medianMs: 20, sigma: 0.7 }, [random(), random()]))
  const callMs = () => drawLatency({ medianMs: 1200, sigma: 0.5 }, [random(), random()])
  const sentMs: number[] = []
  let waiting = askedMs === undefined ? Infinity : 0
  let next = tokensOf(random)
  let timer = Subscription.EMPTY
  let flightMs = 0

  const send = (lease: string, { estimated, used }: CallTokens) => {
    const atMs = clock.now()
    sentMs.push(atMs - START_MS)
    const back = (spent: TokenUse | null) => {
      clock.schedule(() => {
        flightMs += Math.max(0, clock.now() - Math.max(atMs, START_MS + FIRST_WINDOW_MS))
        quota.settle(lease, spent)
        admit()
      }, wayMs())
    }
    clock.schedule(() => {
      const end = server.receive(clock.now(), estimated)
      if (end === false) {
        back(null)
        return
      }
      clock.schedule(() => {
        end(used)
        back(used)
      }, callMs())
    }, wayMs())
  }
  const admit = () => {
    timer.unsubscribe()
    while (waiting > 0) {
      const answer = take(quota, next.estimated)
      if (answer.kind === 'never') throw new Error(`larger than ${answer.by}`)
      if (answer.kind === 'wait') {
        if (answer.waitMs < Infinity)
          timer = clock.schedule(admit, answer.waitMs + TIMER_LATE_MS_MAX * random())
        return
      }
      waiting--
      send(answer.lease, next)
      next = tokensOf(random)
    }
  }
  const ask = (index: number) => {
    const atMs = askedMs?.[index]
    if (atMs === undefined) return
    clock.schedule(
      () => {
        waiting++
        admit()
        ask(index + 1)
      },
      START_MS + atMs - clock.now(),
    )
  }
  if (askedMs === undefined) admit()
  else ask(0)
  clock.advanceTo(START_MS + lengthMs)
  return { sentMs, inFlight: flightMs / (lengthMs - FIRST_WINDOW_MS) }
}

function take(quota: Quota, tokens: TokenUse): QuotaAnswer {
  const answers: QuotaAnswer[] = []
  quota.take({ tokens, critical: false }).subscribe(answer => answers.push(answer))
  const [answer] = answers
  if (answer === undefined || answers.length > 1) throw new Error(`${answers.length} answers at once`)
  return answer
}
