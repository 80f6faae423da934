import { defer, delay, EMPTY, finalize, NEVER, type Observable, of, type SchedulerLike, timer } from 'rxjs'
import { expect, test } from 'vitest'
import { Admission, type CallRequest } from '../../../operators/gateway/admission.ts'
import { localQuota } from '../../../operators/gateway/local-quota.ts'
import type { Quota, QuotaLimits } from '../../../operators/gateway/quota.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { callRequest } from '../../support/model-gate-of.ts'
import { noLimits } from '../../support/no-limits.ts'

interface BenchOptions {
  readonly limits?: Partial<QuotaLimits>
  /** How long the quota takes to answer, as one that is shared does. */
  readonly answerMs?: number
  readonly closedMs?: (clock: SchedulerLike) => number
}

function bench({ limits, answerMs = 0, closedMs = () => 0 }: BenchOptions = {}) {
  const clock = new DrivenClock(0)
  const local = localQuota({
    clock,
    limits: { ...noLimits, ...limits },
    jitterMs: 0,
    leaseMs: 3_600_000,
    charge: 'settle',
  })
  const answer = <T>(answer$: Observable<T>) =>
    answerMs === 0 ? answer$ : answer$.pipe(delay(answerMs, clock))
  const quota: Quota = Object.create(local, {
    take: { value: (request: never) => answer(local.take(request)) },
  })
  const admission = new Admission({
    quota,
    clock,
    fallbackAfterMs: () => 60_000,
    closedMs: () => closedMs(clock),
  })
  const log: string[] = []
  const call = (name: string, work$: Observable<unknown> = NEVER, request: Partial<CallRequest> = {}) =>
    admission
      .admit(
        settle =>
          defer(() => {
            log.push(`${name} at ${clock.now()}`)
            return work$
          }).pipe(
            finalize(() => {
              settle(null)
            }),
          ),
        callRequest(request),
      )
      .subscribe({
        error: (error: unknown) =>
          log.push(`${name} ${error instanceof PipelineError ? error.code : 'bug'} at ${clock.now()}`),
      })
  return { clock, local, admission, log, call }
}

test.each([0, 40])(
  'gives places as they become free, by priority, with a quota that answers after %s ms',
  answerMs => {
    const { clock, admission, log, call } = bench({ limits: { concurrency: 1 }, answerMs })
    call('first', timer(1000, clock))
    clock.advanceTo(answerMs)
    call('low', timer(1000, clock), { priority: 'low' })
    call('high', timer(1000, clock), { priority: 'high' })
    clock.advanceTo(10_000)
    expect(log.map(line => line.split(' ')[0])).toEqual(['first', 'high', 'low'])
    expect(admission.queued).toBe(0)
  },
)

test('asks again when a call has ended while the quota was being asked', () => {
  const { clock, log, call } = bench({ limits: { concurrency: 1 }, answerMs: 100 })
  call('first', timer(150, clock))
  clock.advanceTo(200)
  // Its answer says that there is no place, and comes after the place has become free.
  call('second')
  clock.advanceTo(2000)
  expect(log.map(line => line.split(' ')[0])).toEqual(['first', 'second'])
})

test('gives a place on that comes when the one who asked for it has left', () => {
  const { clock, local, log, call } = bench({ limits: { concurrency: 1 }, answerMs: 100 })
  const blocker = call('blocker')
  clock.advanceTo(100)
  const leaves = call('leaves')
  call('stays')
  clock.advanceTo(400)
  blocker.unsubscribe()
  clock.advanceTo(450)
  leaves.unsubscribe()
  clock.advanceTo(1000)
  expect(log).toEqual(['blocker at 100', 'stays at 600'])
  expect(local.used().concurrency).toBe(1)
})

test('refuses at once what no wait would help', () => {
  const { log, call } = bench({ limits: { tokens_per_minute: 50 } })
  call('too large')
  expect(log).toEqual(['too large model_request_rejected at 0'])
})

test('sends a call on that has another model, after a while or when all are turned away', () => {
  const { clock, admission, log, call } = bench({ limits: { concurrency: 1 } })
  call('blocker')
  call('patient')
  call('impatient', EMPTY, { hasFallback: true })
  clock.advanceTo(59_999)
  expect(log).toEqual(['blocker at 0'])
  clock.advanceTo(60_000)
  call('turned away', EMPTY, { hasFallback: true })
  admission.turnAway()
  expect(log).toEqual(['blocker at 0', 'impatient model_busy at 60000', 'turned away model_busy at 60000'])
  expect(admission.queued).toBe(1)
})

test('lets nobody through while it is closed, and looks again when that has passed', () => {
  const { clock, log, call } = bench({ closedMs: ({ now }) => Math.max(0, 5000 - now()) })
  call('early')
  clock.advanceTo(4999)
  expect(log).toEqual([])
  clock.advanceTo(5000)
  expect(log).toEqual(['early at 5000'])
})

test('gives the turns of ten thousand calls that end at once without a deep stack', () => {
  const { log, call } = bench({ limits: { concurrency: 1 } })
  const blocker = call('blocker')
  for (let n = 0; n < 10_000; n++) call('quick', of(null))
  blocker.unsubscribe()
  expect(log).toHaveLength(10_001)
})
