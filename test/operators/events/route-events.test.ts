import { concat, EMPTY, NEVER, type Observable, of, Subject, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import {
  routeEvents,
  type RoutedEvents,
  type RouteEventsOptions,
} from '../../../operators/events/route-events.ts'
import { fixedRules } from '../../../operators/rules/fixed-rules.ts'
import { deriveId } from '../../../operators/lanes/derive-id.ts'
import type { LogRecord, OutputRecord } from '../../../operators/lanes/lane.ts'
import type { PacedItem } from '../../../operators/lanes/pace-lane.ts'
import { partitionOf } from '../../../operators/lanes/partition-of.ts'
import { ruleSchema } from '../../../schemas/rule.ts'
import { workSchema } from '../../../schemas/work.ts'

const START_MS = Date.parse('2026-11-20T10:00:00.000Z')
const big = rule('big', { rule_type: 'traditional', pre_filter: { expression: 'volume > 10' } })
const every = rule('every', { rule_type: 'llm', llm_config: { description: 'x' } })

function rule(ruleId: string, ruleConfig: unknown, more = {}) {
  return ruleSchema.parse({
    rule_id: ruleId,
    name: ruleId,
    event_types: ['trade.*'],
    rule_config: ruleConfig,
    ...more,
  })
}

/** As of offset 12 of the rules topic. */
function rulesOf(rules: Parameters<typeof fixedRules>[0]) {
  return { ...fixedRules(rules), offset: 12 }
}

function bench(options: Partial<RouteEventsOptions> = {}) {
  const received: unknown[] = []
  const evaluated: Record<string, number> = {}
  const routing: RouteEventsOptions = {
    source: { topic: 'signals', partition: 3, eventBytesMax: 1000 },
    rules: rulesOf([big, every]),
    workTopic: 'work',
    partitions: 4,
    matchesPerEventMax: 100,
    deadLetter: ({ key, value, offset }, failure) => ({
      topic: 'dead-letter',
      partition: 0,
      key,
      value,
      headers: { ...failure, offset: `${offset}` },
    }),
    telemetry: {
      eventsReceived: (topic, count, unmatched) => received.push([topic, count, unmatched]),
      eventsSkipped: (topic, reason, count) => received.push([topic, reason, count]),
      rulesEvaluated: (ruleId, result, count) => {
        evaluated[`${ruleId} ${result}`] = (evaluated[`${ruleId} ${result}`] ?? 0) + count
      },
    },
    ...options,
  }
  const route = (items$: Observable<PacedItem>) => {
    const seen: { routed: RoutedEvents[]; ended: unknown } = { routed: [], ended: null }
    const subscription = items$.pipe(routeEvents(routing)).subscribe({
      next: routed => seen.routed.push(routed),
      error: (error: unknown) => {
        seen.ended = error
      },
      complete: () => {
        seen.ended = 'complete'
      },
    })
    return { seen, subscription, outputs: () => seen.routed.flatMap(({ outputs }) => outputs) }
  }
  return { received, evaluated, route }
}

function record(offset: number, value: unknown): LogRecord {
  const bytes = value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return {
    offset,
    timestampMs: START_MS + offset,
    key: Buffer.from('k'),
    value: bytes,
    headers: { trace: 't' },
  }
}

function trade(volume: unknown, more = {}) {
  return { event_id: `e-${String(volume)}`, event_type: 'trade.signal', data: { volume }, ...more }
}

function slice(...records: LogRecord[]): PacedItem {
  return { kind: 'records', records, nextOffset: (records.at(-1)?.offset ?? -1) + 1 }
}

function workOf({ value }: OutputRecord) {
  return workSchema.parse(JSON.parse(String(value)))
}

function reasonsOf(outputs: readonly OutputRecord[]) {
  return outputs.filter(({ topic }) => topic === 'dead-letter').map(({ headers }) => headers?.['reason'])
}

test('passes an empty lane, and lets its failure and a silent one through', () => {
  const { route } = bench()
  expect(route(EMPTY).seen).toEqual({ routed: [], ended: 'complete' })
  expect(route(NEVER).seen).toEqual({ routed: [], ended: null })
  const failure = new Error('made to fail')
  expect(route(throwError(() => failure)).seen.ended).toBe(failure)
})

test('writes one work record for each event and rule that it passes, the more urgent rule first', () => {
  const { route, received, evaluated } = bench({ rules: rulesOf([every, { ...big, priority: 200 }]) })
  const { seen, outputs } = route(of(slice(record(7, trade(11)), record(8, trade(10)))))
  expect(outputs().map(output => [workOf(output).rule_id, workOf(output).event.data['volume']])).toEqual([
    ['big', 11],
    ['every', 11],
    ['every', 10],
  ])
  expect(seen.routed.map(({ nextOffset }) => nextOffset)).toEqual([9])
  expect(seen.routed[0]?.bytes).toBe(
    outputs().reduce((sum, { value }) => sum + Buffer.byteLength(value ?? ''), 0),
  )
  expect(received).toEqual([['signals', 2, 0]])
  expect(evaluated).toEqual({ 'big match': 1, 'big no_match': 1, 'every match': 2 })
})

test('writes a work record as the contract has it, into the partition of its key and class', () => {
  const { route } = bench()
  const [first, second] = route(of(slice(record(7, trade(11, { context_key: 'schlüssel "1"' }))))).outputs()
  const name = 'big|schlüssel "1"'
  const source = { topic: 'signals', partition: 3, offset: '7', timestamp: START_MS + 7 }
  expect(first).toMatchObject({
    topic: 'work',
    key: name,
    partition: partitionOf(name, { partitions: 4, traditional: true }),
  })
  expect(second?.partition).toBe(partitionOf('every|schlüssel "1"', { partitions: 4, traditional: false }))
  expect([Number(first?.partition) >= 4, Number(second?.partition) < 4]).toEqual([true, true])
  expect(JSON.parse(String(first?.value))).toEqual({
    work_id: deriveId(['signals', '3', '7', `${START_MS + 7}`, 'big']),
    rule_id: 'big',
    rule_type: 'traditional',
    rule_version: 1,
    rules_offset: '12',
    key: 'schlüssel "1"',
    event: {
      event_id: 'e-11',
      event_type: 'trade.signal',
      source: 'signals',
      timestamp: new Date(START_MS + 7).toISOString(),
      context_key: 'schlüssel "1"',
      data: { volume: 11 },
    },
    source,
  })
})

test('makes the same bytes of the same record', () => {
  const write = () =>
    bench()
      .route(of(slice(record(7, trade(11)))))
      .outputs()
      .map(({ value }) => value)
  expect(write()).toEqual(write())
})

test('moves the offset past events that no rule passes', () => {
  const { route } = bench()
  const { seen } = route(of(slice(record(7, { event_type: 'other' }), record(9, { event_type: 'other' }))))
  expect(seen.routed).toEqual([{ outputs: [], bytes: 0, nextOffset: 10 }])
})

test.each([
  ['text that is no JSON', 'not json', 'event_invalid'],
  ['a list', '[1]', 'event_invalid'],
  ['an event without event_type', { event_id: 'e' }, 'event_invalid'],
  ['an event whose timestamp is no time', trade(1, { timestamp: 'yesterday' }), 'event_invalid'],
  ['an event_id over 256 characters', trade(1, { event_id: 'x'.repeat(257) }), 'event_invalid'],
  ['an event over event_bytes_max', trade('x'.repeat(1000)), 'event_too_large'],
])('dead-letters %s with its own bytes, and goes on', (_, value, reason) => {
  const { route } = bench({ rules: rulesOf([every]) })
  const broken = record(7, value)
  const { outputs, seen } = route(of(slice(broken, record(8, trade(5)))))
  expect(outputs().map(({ topic }) => topic)).toEqual(['dead-letter', 'work'])
  expect(outputs()[0]).toMatchObject({
    key: broken.key,
    value: broken.value,
    headers: { reason, offset: '7' },
  })
  expect(seen.routed.at(-1)?.nextOffset).toBe(9)
})

test('skips a record without a value and counts it', () => {
  const { route, received } = bench()
  const { outputs, seen } = route(of(slice(record(7, null), record(8, trade(1)))))
  expect(outputs()).toHaveLength(1)
  expect(seen.routed.at(-1)?.nextOffset).toBe(9)
  expect(received).toEqual([
    ['signals', 'tombstone', 1],
    ['signals', 2, 0],
  ])
})

test('counts the events that pass no rule, and none that is no event', () => {
  const { route, received } = bench({ rules: rulesOf([big]) })
  const { outputs } = route(
    of(slice(record(7, trade(1)), record(8, trade(11)), record(9, null), record(10, '{'))),
  )
  expect(outputs()).toHaveLength(2)
  expect(received).toContainEqual(['signals', 4, 1])
})

test('dead-letters an event that more rules pass than the maximum, and routes one that reaches it', () => {
  const rules = rulesOf(Array.from({ length: 4 }, (_, n) => ({ ...every, rule_id: `every-${n}` })))
  const at = bench({ rules, matchesPerEventMax: 4 }).route(of(slice(record(7, trade(1)))))
  expect([at.outputs().length, reasonsOf(at.outputs())]).toEqual([4, []])
  const over = bench({ rules, matchesPerEventMax: 3 }).route(of(slice(record(7, trade(1)))))
  expect(reasonsOf(over.outputs())).toEqual(['too_many_matches'])
  expect(over.outputs()).toHaveLength(1)
})

test('gives a work record that its topic refuses for its size to the dead letters, as the event it came of', () => {
  const { route } = bench()
  const original = record(7, trade(11))
  const [output] = route(of(slice(original))).outputs()
  expect(output?.oversize?.()).toMatchObject([
    { topic: 'dead-letter', value: original.value, headers: { reason: 'record_too_large', offset: '7' } },
  ])
})

test('cuts many outputs at the boundary of an event, and loses none', () => {
  const rules = rulesOf(Array.from({ length: 7 }, (_, n) => ({ ...every, rule_id: `every-${n}` })))
  const { seen, outputs } = bench({ rules }).route(
    of(slice(...Array.from({ length: 200 }, (_, n) => record(n, trade(n))))),
  )
  expect(seen.routed.length).toBeGreaterThan(1)
  for (const { outputs: part, nextOffset } of seen.routed) {
    expect(part.length).toBeLessThan(507)
    expect(part.length % 7).toBe(0)
    const last = part.at(-1)
    expect(last && workOf(last).source.offset).toBe(`${nextOffset - 1}`)
  }
  expect(outputs().map(output => Number(workOf(output).source.offset))).toEqual(
    Array.from({ length: 1400 }, (_, n) => Math.floor(n / 7)),
  )
})

test('counts a rule that cannot be evaluated as unknown, and one without a key as such', () => {
  const keyless = rule(
    'keyless',
    { rule_type: 'llm', llm_config: { description: 'x' } },
    { group_by: ['data.symbol'] },
  )
  const negated = rule('negated', { rule_type: 'traditional', pre_filter: { expression: '!(missing > 1)' } })
  const { route, evaluated } = bench({ rules: rulesOf([keyless, negated]) })
  expect(route(of(slice(record(7, trade(1))))).outputs()).toEqual([])
  expect(evaluated).toEqual({ 'keyless no_key': 1, 'negated unknown': 1 })
})

test('ends control items', () => {
  const { route, received } = bench()
  const controls: PacedItem[] = [{ kind: 'end' }, { kind: 'pressure' }, { kind: 'standstill' }]
  expect(route(of(...controls)).seen).toEqual({ routed: [], ended: 'complete' })
  expect(received).toEqual([])
})

test('stops at an unsubscription, and ends with what a callback throws', () => {
  const items$ = new Subject<PacedItem>()
  const { seen, subscription } = bench().route(items$)
  items$.next(slice(record(7, trade(11))))
  subscription.unsubscribe()
  expect(items$.observed).toBe(false)
  expect(seen.routed).toHaveLength(1)
  const bug = new TypeError('a bug')
  const throwing = bench({
    deadLetter: () => {
      throw bug
    },
  })
  expect(throwing.route(concat(of(slice(record(7, 'not json'))), NEVER)).seen.ended).toBe(bug)
})

test('shows every event to who wants to know its fields, whether a rule wants it or not', () => {
  const offered: string[] = []
  const { route } = bench({ fields: { offer: ({ event_type: type }) => offered.push(type) } })
  const other = record(1, { event_type: 'nobody.wants', data: {} })
  route(of(slice(record(0, trade(5)), other, record(2, 'no event'))))
  expect(offered).toEqual(['trade.signal', 'nobody.wants'])
})
