import { asyncScheduler, defer, NEVER, type Observable, of, Subject } from 'rxjs'
import { localQuota } from '../../operators/gateway/local-quota.ts'
import { modelGate } from '../../operators/gateway/model-gate.ts'
import type { ModelReply } from '../../operators/asking/model.ts'
import type { QuotaLimits } from '../../operators/gateway/quota.ts'
import { callRequest } from '../support/model-gate-of.ts'
import { printRow, rounded } from './bench-report.ts'
import { noLimits } from '../support/no-limits.ts'

const CALLS = 100_000
const WAITING = 100_000
const PLACES = 100
const RULES = 10
const MB = 1_000_000
const reply: ModelReply = { text: 'answer', finish: 'stop', tokens: { input: 100, output: 20 } }
const limited = { requests_per_minute: 1_000_000_000, tokens_per_minute: 1_000_000_000_000 }

/** What the gate itself takes for each call: nothing is sent, each call ends when the next one's turn has come. */
export function benchAdmission(): void {
  // Twice: what is compiled during the first is not counted.
  for (const round of ['warm-up', 'counted']) {
    for (const [name, limits] of [
      ['a free place', { concurrency: null }],
      ['200 callers for 100 places', { concurrency: PLACES }],
      ['200 callers for 100 places, paced', { concurrency: PLACES, ...limited }],
    ] as const) {
      const cpuMicroseconds = limits.concurrency === null ? direct(limits) : saturated(limits)
      if (round === 'counted')
        printRow({ bench: 'admission', case: name, cpu_us_per_call: rounded(cpuMicroseconds, 1) })
    }
  }
  benchWaiting()
}

function direct(limits: Partial<QuotaLimits>): number {
  const gate = gateOf(limits)
  return cpuMicrosecondsOf(CALLS, () => {
    for (let call = 0; call < CALLS; call++) admit(gate, call, of(reply)).subscribe()
  })
}

function saturated(limits: Partial<QuotaLimits>): number {
  const gate = gateOf(limits)
  const replies: Subject<ModelReply>[] = []
  const call$ = defer(() => {
    const reply$ = new Subject<ModelReply>()
    replies.push(reply$)
    return reply$
  })
  let begun = 0
  const begin = (): void => {
    if (begun === CALLS) return
    admit(gate, begun++, call$).subscribe({ complete: begin })
  }
  return cpuMicrosecondsOf(CALLS, () => {
    for (let caller = 0; caller < 2 * PLACES; caller++) begin()
    // It grows as calls that end let others begin.
    for (const reply$ of replies) {
      reply$.next(reply)
      reply$.complete()
    }
  })
}

function benchWaiting(): void {
  const gate = gateOf({ concurrency: 1 })
  admit(gate, 0, NEVER).subscribe()
  const before = process.memoryUsage().rss
  const waiting = Array.from({ length: WAITING }, (_, call) => admit(gate, call, of(reply)).subscribe())
  const mb = (process.memoryUsage().rss - before) / MB
  printRow({
    bench: 'admission',
    case: `${waiting.length} calls wait`,
    mb: rounded(mb, 0),
    queued: gate.queued,
  })
}

function gateOf(limits: Partial<QuotaLimits>) {
  const clock = asyncScheduler
  const quota = localQuota({
    clock,
    limits: { ...noLimits, ...limits },
    jitterMs: 1000,
    leaseMs: 60_000,
    charge: 'settle',
  })
  return modelGate({
    name: 'bench',
    modelId: 'none',
    ask: () => NEVER,
    quota,
    clock,
    price: null,
    charge: 'settle',
    jitterMs: 1000,
    fallbackAfterMs: 60_000,
    questionHash: () => '',
    retry: { retriesMax: 0, baseDelayMs: 1000, delayMsMax: 1000 },
  })
}

function admit(gate: ReturnType<typeof gateOf>, call: number, call$: Observable<ModelReply>) {
  return gate.admit(call$, callRequest({ ruleId: `rule-${call % RULES}` }))
}

function cpuMicrosecondsOf(calls: number, work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}
