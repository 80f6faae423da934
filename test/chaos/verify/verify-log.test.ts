import { expect, test } from 'vitest'
import type { CampaignEvent } from '../campaign-event.ts'
import { campaignRules, PLAIN, TICK, WINDOW } from '../campaign-rules.ts'
import { checkWindows } from './check-windows.ts'
import type { CommittedLog, DecisionRecord, WorkRecord } from './committed-log.ts'
import { verifyLog } from './verify-log.ts'
import { violations } from './violations.ts'

const AT = Date.parse('2026-11-20T10:00:00.000Z')
const types = [PLAIN, PLAIN, WINDOW, TICK]
const EVENTS = 44
/** Event 3 is garbage, event 4 is written twice. */
const GARBAGE = 3
const TWICE = 4

function eventOf(n: number): CampaignEvent {
  const garbage = n === GARBAGE ? 'not JSON' : null
  return { n, key: 'k0', type: types[n % 4] ?? PLAIN, partition: 0, repeatedAfterMs: null, garbage }
}

function iso(ms: number): string {
  return new Date(AT + ms).toISOString()
}

function decisionOf(
  ruleId: string,
  held: readonly WorkRecord[],
  closed: Partial<DecisionRecord>,
): DecisionRecord {
  const [first, last] = [at(held, 0), at(held, held.length - 1)]
  return {
    decision_id: `${ruleId}-${first.place}`,
    rule_id: ruleId,
    key: 'k0',
    trigger_mode: null,
    closed_by: 'event',
    event_count: held.length,
    events: held.map(decidedEvent),
    work_partition: 0,
    repeats: [],
    opened_at: first.arrivedAt,
    closed_at: last.arrivedAt,
    decided_at: last.arrivedAt,
    outcome: last.n % 3 === 0 ? 'not_triggered' : 'triggered',
    error: null,
    attempts: 1,
    partition: 0,
    ...closed,
  }
}

function decidedEvent({ eventId, workId, offset, arrivedAt, source }: WorkRecord) {
  return {
    event_id: eventId,
    timestamp: arrivedAt,
    topic: 'source',
    partition: 0,
    offset: source.slice('0@'.length),
    work_id: workId,
    work_offset: `${offset}`,
    arrived_at: arrivedAt,
  }
}

function decide(work: readonly WorkRecord[]): DecisionRecord[] {
  const of = (id: string) =>
    work.filter(({ ruleId, place }) => ruleId === id && place !== repeatOf(work)?.place)
  const plain = of('plain').map(held => decisionOf('plain', [held], { outcome: 'triggered', attempts: 0 }))
  const realtime = of('realtime').map(held => decisionOf('realtime', [held], {}))
  const [first, rest] = [of('by-size').slice(0, 7), of('by-size').slice(7)]
  const timed = of('by-time')
  const ticks = of('ticks')
  return [
    ...plain,
    ...realtime,
    decisionOf('by-size', first, { closed_by: 'size' }),
    decisionOf('by-size', rest, closedAfter(rest, 3000, 'time')),
    decisionOf('by-time', timed, closedAfter(timed, 2000, 'time')),
    decisionOf('ticks', ticks, closedAfter(ticks, 4000, 'tick')),
  ]
}

function closedAfter([first]: readonly WorkRecord[], ms: number, closedBy: string): Partial<DecisionRecord> {
  const closed_at = new Date(Date.parse(first?.arrivedAt ?? '') + ms).toISOString()
  return { closed_by: closedBy, closed_at }
}

function repeatOf(work: readonly WorkRecord[]): WorkRecord | undefined {
  return work.findLast(({ n, ruleId }) => n === TWICE && ruleId === 'plain')
}

/** What an undisturbed pipeline commits. */
function soundLog(): CommittedLog {
  const ns = [...Array(EVENTS).keys(), TWICE]
  const source = ns.map((n, offset) => ({
    place: `0@${offset}`,
    key: 'k0',
    value: eventOf(n).garbage ?? `{"event_id":"e-${n}"`,
    n: n === GARBAGE ? null : n,
  }))
  const work = source.flatMap(({ n, place }) =>
    n === null
      ? []
      : campaignRules
          .filter(({ matches }) => matches(eventOf(n)))
          .map(({ id }) => ({ ruleId: id, n, source: place, key: 'k0', eventId: `e-${n}` })),
  )
  const placed = work.map((record, offset) => ({
    ...record,
    partition: 0,
    offset,
    place: `0@${offset}`,
    workId: `w${offset}`,
    arrivedAt: iso(offset),
  }))
  const decisions = decide(placed)
  const alerts = decisions
    .filter(({ outcome }) => outcome === 'triggered')
    .map(({ decision_id, rule_id, key, events, event_count }) => ({
      ...{ alert_id: decision_id, rule_id, key, event_count, partition: 0 },
      event_ids: events.map(({ event_id }) => event_id),
    }))
  const headers = new Map([
    ['llmtrigger-partition', '0'],
    ['llmtrigger-offset', `${GARBAGE}`],
  ])
  const letter = { partition: 0, offset: 0, timestampMs: AT, key: 'k0', value: 'not JSON', headers }
  return { source, work: placed, decisions, alerts, deadLetters: [letter] }
}

function verify(spoil: (log: CommittedLog) => void) {
  const log = soundLog()
  spoil(log)
  return verifyLog(log, { events: EVENTS, eventOf, rules: campaignRules })
}

function windowOf({ decisions }: CommittedLog, closedBy: string): DecisionRecord {
  const found = decisions.find(({ closed_by }) => closed_by === closedBy)
  if (found === undefined) throw new Error(`no window is closed by ${closedBy}`)
  return found
}

test('finds nothing in what an undisturbed pipeline commits', () => {
  expect(verify(() => undefined).kept).toEqual([])
})

test.each<[string, (log: CommittedLog) => void]>([
  ['an acknowledged event that is not on the source topic', log => log.source.splice(8, 1)],
  ['a source record that was not routed', log => log.work.splice(5, 1)],
  ['a decision', log => log.decisions.splice(2, 1)],
  ['an event of a window', log => log.decisions.at(-1)?.events.pop()],
  ['an alert', log => log.alerts.pop()],
  ['a dead letter of garbage', log => log.deadLetters.pop()],
  [
    'the dead letters of an undecided window',
    log => Object.assign(windowOf(log, 'size'), { outcome: 'undecided', error: { code: 'answer_invalid' } }),
  ],
])('finds that %s is lost', (_, spoil) => {
  expect(verify(spoil).counts.lost).toBeGreaterThan(0)
})

test.each<[string, (log: CommittedLog) => void]>([
  ['a work record', log => log.work.push({ ...at(log.work, 4), place: '0@900', offset: 900 })],
  ['a decision', log => log.decisions.push(at(log.decisions, 0))],
  [
    'an event in two decisions',
    log => log.decisions.push({ ...at(log.decisions, 1), decision_id: 'another' }),
  ],
  [
    'an event that was written twice and judged twice',
    log => {
      const repeat = repeatOf(log.work)
      if (repeat) log.decisions.push(decisionOf('plain', [repeat], { outcome: 'triggered', attempts: 0 }))
    },
  ],
  ['an alert', log => log.alerts.push(at(log.alerts, 0))],
  ['a dead letter', log => log.deadLetters.push(at(log.deadLetters, 0))],
  [
    'a record that is named as a repeat and decided',
    log => at(log.decisions, 0).repeats.push({ work_id: 'w0', work_offset: '0' }),
  ],
])('finds that %s is there twice', (_, spoil) => {
  expect(verify(spoil).counts.duplicate).toBeGreaterThan(0)
})

test.each<[string, (log: CommittedLog) => void]>([
  ['an alert without a decision', log => Object.assign(at(log.alerts, 0), { alert_id: 'x' })],
  ['an alert of other events', log => at(log.alerts, 0).event_ids.push('e-1')],
  ['alerts out of order', log => log.alerts.reverse()],
  ['decisions out of order', log => log.decisions.reverse()],
  ['an event of another key', log => Object.assign(windowOf(log, 'size'), { key: 'k1' })],
  ['a window beyond its size', log => Object.assign(windowOf(log, 'size'), { event_count: 8 })],
  ['a window closed too early', log => Object.assign(windowOf(log, 'time'), { closed_at: iso(100) })],
  ['a window closed by pressure', log => Object.assign(windowOf(log, 'time'), { closed_by: 'pressure' })],
  [
    'an interval closed by pressure with few events',
    log => Object.assign(windowOf(log, 'tick'), { closed_by: 'pressure', closed_at: iso(2000) }),
  ],
  [
    'an interval that was open too long',
    log => Object.assign(windowOf(log, 'tick'), { closed_at: iso(60_000) }),
  ],
  [
    'another verdict than the model gave',
    log => Object.assign(windowOf(log, 'size'), { outcome: 'below_threshold' }),
  ],
  [
    'a window given up though the model only failed',
    log =>
      Object.assign(windowOf(log, 'tick'), { outcome: 'undecided', error: { code: 'model_unavailable' } }),
  ],
  ['a dead letter of a good event', log => at(log.deadLetters, 0).headers.size && spoilOffset(log)],
  ['a dead letter that was changed', log => Object.assign(at(log.deadLetters, 0), { value: 'other' })],
  ['a repeat of nothing', log => at(log.decisions, 0).repeats.push({ work_id: 'x', work_offset: '5000' })],
])('finds that %s is not legal', (_, spoil) => {
  expect(verify(spoil).counts.illegal).toBeGreaterThan(0)
})

test('passes an interval that ends with its thousandth event, and no sooner or later', () => {
  const ticks = at(
    soundLog().decisions.filter(({ closed_by }) => closed_by === 'tick'),
    0,
  )
  const event = at(ticks.events, 0)
  const faultsOf = (count: number, closedMs: number) => {
    const events = Array.from({ length: count }, (_, n) => ({ ...event, arrived_at: iso(n) }))
    const full = { ...ticks, closed_by: 'pressure', event_count: count, events, opened_at: iso(0) }
    const found = violations()
    const undecided = { outcome: 'undecided' as const, error: { code: 'answer_invalid', message: '' } }
    checkWindows([{ ...full, ...undecided, closed_at: iso(closedMs) }], campaignRules, found)
    return found.kept.map(({ what }) => what.slice(0, what.indexOf(': {')))
  }
  const early = 'window: it was closed by pressure with'
  expect(faultsOf(1000, 999)).toEqual([])
  expect(faultsOf(999, 998)).toEqual([`${early} 999 events`])
  expect(faultsOf(1000, 1000)).toEqual([`${early} 1000 events`])
})

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new Error(`there is no ${index}`)
  return item
}

function spoilOffset(log: CommittedLog): void {
  Object.assign(at(log.deadLetters, 0), {
    headers: new Map([
      ['llmtrigger-partition', '0'],
      ['llmtrigger-offset', '0'],
    ]),
  })
}
