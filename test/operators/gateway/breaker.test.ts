import { expect, test } from 'vitest'
import { type Admission, Breaker } from '../../../operators/gateway/breaker.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'

type End =
  | 'ok'
  | 'overload'
  | 'timeout'
  | 'unreachable'
  | 'parameter'
  | 'limit'
  | 'rejected'
  | 'money'
  | 'key'
  | 'given up'

const codes: Partial<Record<End, FailureCode>> = {
  overload: 'model_overloaded',
  timeout: 'model_timeout',
  unreachable: 'model_unreachable',
  parameter: 'model_overloaded',
  limit: 'model_rate_limited',
  rejected: 'model_request_rejected',
  money: 'model_out_of_money',
  key: 'model_key_rejected',
}

function times(count: number, how: End): End[] {
  return new Array<End>(count).fill(how)
}

/** A breaker, and calls through it. */
class Bench {
  readonly breaker = new Breaker()

  /** What it says, in short: yes, probe, or how long to wait. */
  asked(nowMs: number) {
    const answer = this.breaker.admits(nowMs)
    return answer.kind === 'wait' ? answer.waitMs : answer.kind
  }

  admitted(nowMs: number): Admission {
    const answer = this.breaker.admits(nowMs)
    if (answer.kind === 'wait') throw new Error(`open at ${nowMs}`)
    return answer
  }

  end(admission: Admission, how: End, nowMs: number): void {
    const code = codes[how]
    if (code !== undefined) {
      const detail = how === 'parameter' ? { overload: false } : {}
      this.breaker.failed(admission, new PipelineError(code, 'made to fail', detail), nowMs)
    } else if (how === 'ok') this.breaker.succeeded(admission, nowMs)
    else this.breaker.abandoned(admission)
  }

  /** Calls that are all admitted before the first ends. */
  run(ends: readonly End[], nowMs: number): void {
    const admissions = ends.map(how => ({ how, admission: this.admitted(nowMs) }))
    for (const { how, admission } of admissions) this.end(admission, how, nowMs)
  }
}

/** One that opened on failures at a time. */
function openedAt(nowMs: number): Bench {
  const bench = new Bench()
  bench.run(times(10, 'overload'), nowMs)
  return bench
}

test.each<[string, End[], 'failures' | null]>([
  ['nothing', [], null],
  ['nine failures', times(9, 'overload'), null],
  ['ten failures', times(10, 'overload'), 'failures'],
  ['ten timeouts', times(10, 'timeout'), 'failures'],
  ['ten lost connections', times(10, 'unreachable'), 'failures'],
  ['five of ten', [...times(5, 'ok'), ...times(5, 'overload')], 'failures'],
  ['five of eleven', [...times(6, 'ok'), ...times(5, 'overload')], null],
  ['six of twelve', [...times(6, 'ok'), ...times(6, 'timeout')], 'failures'],
  ['a hundred limits', times(100, 'limit'), null],
  ['a hundred requests that were rejected', times(100, 'rejected'), null],
  ['a hundred that were given up', times(100, 'given up'), null],
  ['ten parameters that were refused', times(10, 'parameter'), null],
  [
    'five of ten among limits',
    [...times(90, 'limit'), ...times(5, 'ok'), ...times(5, 'overload')],
    'failures',
  ],
  ['nine failures among limits', [...times(90, 'limit'), ...times(9, 'overload')], null],
])('after %s it is open for %s', (_what, ends, reason) => {
  const bench = new Bench()
  bench.run(ends, 1000)
  expect(bench.breaker.reason).toBe(reason)
  expect(bench.asked(1000)).toBe(reason === null ? 'yes' : 5000)
})

test('counts the last thirty seconds', () => {
  const bench = new Bench()
  bench.run(times(9, 'overload'), 500)
  bench.run(times(9, 'overload'), 30_500)
  expect(bench.breaker.reason).toBeNull()
  bench.run(['overload'], 59_000)
  expect(bench.breaker.reason).toBe('failures')
})

test('lets one try after the time, while all others wait for its end', () => {
  const bench = openedAt(0)
  expect([0, 4999].map(nowMs => bench.asked(nowMs))).toEqual([5000, 1])
  const probe = bench.admitted(5000)
  expect([probe.kind, bench.asked(5000), bench.asked(60_000)]).toEqual(['probe', Infinity, Infinity])
  bench.end(probe, 'ok', 60_000)
  expect(bench.breaker.reason).toBeNull()
  expect([1, 2, 3].map(() => bench.asked(60_000))).toEqual(['yes', 'yes', 'yes'])
})

test('stays open twice as long after each probe that fails, up to a minute, and begins anew when it was closed', () => {
  const bench = openedAt(0)
  const opens: unknown[] = []
  let nowMs = 0
  for (const waitMs of [5000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
    opens.push(bench.asked(nowMs))
    nowMs += waitMs
    bench.end(bench.admitted(nowMs), 'timeout', nowMs)
  }
  expect(opens).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000])
  nowMs += 60_000
  bench.end(bench.admitted(nowMs), 'ok', nowMs)
  bench.run(times(10, 'overload'), nowMs + 1)
  expect(bench.asked(nowMs + 1)).toBe(5000)
})

test('counts afresh when it was closed', () => {
  const bench = openedAt(0)
  bench.end(bench.admitted(5000), 'ok', 5000)
  bench.run(times(9, 'overload'), 5001)
  expect(bench.breaker.reason).toBeNull()
  bench.run(['overload'], 5001)
  expect(bench.breaker.reason).toBe('failures')
})

test.each(['given up', 'limit', 'rejected', 'parameter'] as const)(
  'hands the probe on when one is %s, which says neither yes nor no',
  how => {
    const bench = openedAt(0)
    bench.end(bench.admitted(5000), how, 5000)
    expect(bench.breaker.reason).toBe('failures')
    const probe = bench.admitted(5000)
    expect([probe.kind, bench.asked(5000)]).toEqual(['probe', Infinity])
    bench.end(probe, 'overload', 6000)
    expect(bench.asked(6000)).toBe(10_000)
  },
)

test('learns nothing of calls that were admitted before it opened, before and after it is closed', () => {
  const bench = new Bench()
  const old = Array.from({ length: 100 }, () => bench.admitted(0))
  const endAll = (hows: readonly End[], nowMs: number) => {
    for (const how of hows) for (const admission of old.splice(0, 10)) bench.end(admission, how, nowMs)
  }
  endAll(['overload'], 1000)
  endAll(['ok', 'timeout', 'money'], 2000)
  expect([bench.breaker.reason, bench.asked(2000)]).toEqual(['failures', 4000])
  const probe = bench.admitted(6000)
  endAll(['ok', 'overload', 'given up'], 6000)
  expect([bench.breaker.reason, bench.asked(6000)]).toEqual(['failures', Infinity])
  bench.end(probe, 'ok', 7000)
  endAll(['timeout', 'key'], 8000)
  expect([bench.breaker.reason, bench.asked(8000)]).toEqual([null, 'yes'])
  // Nor do they thin out what is counted then.
  endAll(['ok'], 8000)
  expect(old).toEqual([])
  bench.run(times(10, 'timeout'), 9000)
  expect(bench.breaker.reason).toBe('failures')
})

test.each(['money', 'key'] as const)('stops at once for want of %s, half a minute each time', how => {
  const bench = new Bench()
  bench.run([...times(50, 'ok'), how, how], 1000)
  expect([bench.breaker.reason, bench.asked(1000)]).toEqual([how, 30_000])
  bench.end(bench.admitted(31_000), how, 32_000)
  expect(bench.asked(32_000)).toBe(30_000)
  bench.end(bench.admitted(62_000), 'ok', 62_000)
  expect([bench.breaker.reason, bench.asked(62_000)]).toEqual([null, 'yes'])
})

test('goes from one reason to another as the probes find', () => {
  const bench = new Bench()
  bench.run(['key'], 0)
  const found = (how: End, nowMs: number) => {
    bench.end(bench.admitted(nowMs), how, nowMs)
    return [bench.breaker.reason, bench.asked(nowMs)]
  }
  expect(found('unreachable', 30_000)).toEqual(['failures', 5000])
  expect(found('overload', 35_000)).toEqual(['failures', 10_000])
  expect(found('money', 45_000)).toEqual(['money', 30_000])
  expect(found('timeout', 75_000)).toEqual(['failures', 20_000])
})
