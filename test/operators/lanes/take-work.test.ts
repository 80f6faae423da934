import { from, of, take, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import type { LogRecord, OutputRecord } from '../../../operators/lanes/lane.ts'
import { decodeCursor } from '../../../operators/lanes/decode-cursor.ts'
import { decidedWork } from '../../../operators/lanes/decided-work.ts'
import { laneCursor } from '../../../operators/lanes/lane-cursor.ts'
import { laneLoad } from '../../../operators/lanes/lane-load.ts'
import type { PacedItem } from '../../../operators/lanes/pace-lane.ts'
import type { LaneMemory } from '../../../operators/lanes/recover-memory.ts'
import { seenIds } from '../../../operators/lanes/seen-ids.ts'
import { takeWork, type TakeWorkOptions } from '../../../operators/lanes/take-work.ts'
import { workLedger } from '../../../operators/lanes/work-ledger.ts'
import type { HeldWork } from '../../../operators/windows/window.ts'
import { workOf } from '../../../operators/windows/work-of.ts'
import { type Decision, decisionSchema, type Repeat } from '../../../schemas/decision.ts'
import { silentTelemetry } from '../../support/silent-telemetry.ts'
import { virtualTime } from '../../support/virtual-time.ts'
import { ruleOf } from '../windows/held-work.ts'
import { DECIDED_ARRIVED_MS, decisionRecord } from './decision-record.ts'
import { workOf as workFacts, workRecord } from './work-record.ts'

const rule = ruleOf('rule', { trigger_mode: 'realtime' })

function deadLetter(record: LogRecord, detail: string): OutputRecord {
  return { topic: 'dead', partition: 0, key: record.key, value: detail }
}

function laneOf({ offset = 0, decided = [], ...more }: Partial<TakeWorkOptions> & LaneFacts = {}) {
  const memory: LaneMemory = {
    ledger: workLedger(offset),
    cursor: laneCursor({ cursor: 0, journalEnd: 0, known: -1 }),
    seen: seenIds({ dedupeMs: 600_000, idsMax: 100 }),
    decided: decidedWork(offset),
  }
  for (const decision of decided) memory.decided.add(decision)
  const load = laneLoad({ eventsMax: 100, bytesMax: 1e6, aheadMax: 100 }, () => memory.ledger.ahead)
  const repeats: Repeat[] = []
  return { memory, load, repeats, ruleOf: () => rule, deadLetter, telemetry: silentTelemetry, ...more }
}

interface LaneFacts {
  readonly offset?: number
  readonly decided?: readonly Decision[]
}

function slice(records: readonly LogRecord[], nextOffset = (records.at(-1)?.offset ?? -1) + 1): PacedItem {
  return { kind: 'records', records, nextOffset }
}

/** What comes out, in short: what was taken or passed, with its offsets. */
function taken(options: TakeWorkOptions, items: readonly PacedItem[]): readonly string[] {
  const out: string[] = []
  from(items)
    .pipe(takeWork(options))
    .subscribe(item => {
      if (item.kind === 'work') out.push(`work ${item.offset}`)
      else out.push(item.kind === 'passed' ? `passed ${item.offsets.join()}` : item.kind)
    })
  return out
}

test('emits nothing of nothing, and waits with a source that never emits', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const never$ = cold<PacedItem>('-')
    expectObservable(cold<PacedItem>('|').pipe(takeWork(laneOf()))).toBe('|')
    expectObservable(never$.pipe(takeWork(laneOf())), '--!').toBe('---')
    expectSubscriptions(never$.subscriptions).toBe('^-!')
  })
})

test('takes records in order and passes control items through at their place', () => {
  const options = laneOf()
  const items: PacedItem[] = [
    slice([workRecord({ offset: 0 }), workRecord({ offset: 3 })], 7),
    { kind: 'pressure' },
    slice([workRecord({ offset: 7 })]),
    { kind: 'standstill' },
    { kind: 'end' },
  ]
  expect(taken(options, items)).toEqual(['work 0', 'work 3', 'pressure', 'work 7', 'standstill', 'end'])
  expect(options.memory.ledger).toMatchObject({ position: 8, watermark: 0 })
  expect(options.load.events).toBe(3)
  expect(options.load.bytes).toBe(
    [0, 3, 7].reduce((sum, offset) => sum + (workRecord({ offset }).value?.length ?? 0) + 3, 0),
  )
})

test('passes the offsets that follow a slice without a record', () => {
  const options = laneOf()
  taken(options, [slice([], 3)])
  expect(options.memory.ledger).toMatchObject({ position: 3, watermark: 3 })
  taken(options, [slice([workRecord({ offset: 4 })], 9)])
  options.memory.ledger.finish(4)
  expect(options.memory.ledger.watermark).toBe(9)
})

test('stops between slices when it is unsubscribed', () => {
  const options = laneOf()
  of(...[0, 1, 2].map(offset => slice([workRecord({ offset })])))
    .pipe(takeWork(options), take(2))
    .subscribe()
  expect(options.load.events).toBe(2)
  expect(options.memory.ledger.position).toBe(2)
})

test('has passed the markers behind a record when the record is handed on', () => {
  const options = laneOf()
  const positions: number[] = []
  of(slice([workRecord({ offset: 0 })], 2))
    .pipe(takeWork(options))
    .subscribe(() => positions.push(options.memory.ledger.position))
  expect(positions).toEqual([2])
})

test('asks for a commit where only markers came and nothing is held, and for none while something is', () => {
  const options = laneOf()
  expect(taken(options, [slice([], 3)])).toHaveLength(1)
  taken(options, [slice([workRecord({ offset: 3 })])])
  expect(taken(options, [slice([], 9)])).toHaveLength(0)
})

test('passes errors of the source on', () => {
  const errors: unknown[] = []
  throwError(() => new Error('source'))
    .pipe(takeWork(laneOf()))
    .subscribe({ error: (error: unknown) => errors.push(error) })
  expect(errors).toEqual([new Error('source')])
})

test('ends with the error of a callback that throws', () => {
  const failing = () => {
    throw new Error('rules')
  }
  const errors: unknown[] = []
  of(slice([workRecord({ offset: 0 })]))
    .pipe(takeWork(laneOf({ ruleOf: failing })))
    .subscribe({ error: (error: unknown) => errors.push(error) })
  expect(errors).toEqual([new Error('rules')])
})

test('holds nothing of the bytes that were fetched, and parses them again where the event may wait', () => {
  const fetched = workRecord({ offset: 0, key: 'k', atMs: 7 })
  const list = [Buffer.from('a'), 'b', null]
  const headers = { trace: Buffer.from('id'), list, none: undefined, nothing: null }
  const held: HeldWork[] = []
  of(slice([{ ...fetched, headers }]))
    .pipe(takeWork(laneOf()))
    .subscribe(item => item.kind === 'work' && held.push(item))
  for (const bytes of [fetched.key, fetched.value, headers.trace, headers.list[0]]) {
    if (Buffer.isBuffer(bytes)) bytes.fill(0)
  }
  const [first] = held
  expect(first).toMatchObject({ ruleId: 'rule', key: 'k', offset: 0, arrivedAtMs: 7, work: null })
  const ownList = [Buffer.from('a'), Buffer.from('b'), null]
  expect(first?.headers).toEqual({ trace: Buffer.from('id'), list: ownList, nothing: null })
  expect(held.map(workOf)).toEqual([workFacts({ offset: 0, key: 'k' })])
})

test('keeps the parsed work of an event that no model is asked about', () => {
  const works: unknown[] = []
  of(slice([workRecord({ offset: 0 })]))
    .pipe(takeWork(laneOf({ ruleOf: () => ruleOf('rule', null) })))
    .subscribe(item => works.push(item.kind === 'work' && item.work))
  expect(works).toEqual([workFacts({ offset: 0 })])
})

test('holds a record of a rule that is gone, without a rule', () => {
  const rules: unknown[] = []
  of(slice([workRecord({ offset: 0 })]))
    .pipe(takeWork(laneOf({ ruleOf: () => null })))
    .subscribe(item => rules.push(item.kind === 'work' && item.rule))
  expect(rules).toEqual([null])
})

test('ignores a record below the position, as it comes twice', () => {
  const options = laneOf({ offset: 5 })
  const twice = slice([workRecord({ offset: 5 })])
  expect(taken(options, [slice([workRecord({ offset: 4 })]), twice, twice])).toEqual(['work 5'])
})

test('passes what an earlier incarnation has decided, and does not count it as held', () => {
  const options = laneOf({ decided: [decisionSchema.parse(JSON.parse(decisionRecord([1, 2])))] })
  const records = [0, 1, 2, 3].map(offset => workRecord({ offset, atMs: DECIDED_ARRIVED_MS }))
  expect(taken(options, [slice(records)])).toEqual(['work 0', 'passed 1', 'passed 2', 'work 3'])
  expect(options.load.events).toBe(2)
  expect(options.memory.decided.size).toBe(0)
})

test.each([
  ['no value', null, 'the record has no value'],
  ['broken JSON', '{"work_id":', 'not JSON'],
  ['no work', '{"work_id":"x"}', 'rule_id'],
  ['an array', '[]', 'expected object'],
])('passes a record with %s, and dead-letters it with the reason', (_, value, reason) => {
  const record = { ...workRecord({ offset: 0 }), value: value === null ? null : Buffer.from(value) }
  const options = laneOf()
  const details: unknown[] = []
  of(slice([record]))
    .pipe(takeWork(options))
    .subscribe(item => item.kind === 'passed' && details.push(...item.outputs.map(output => output.value)))
  expect(details).toEqual([expect.stringContaining(reason)])
  expect(options.load.events).toBe(0)
})

test('marks each offset with the end of the journal at its delivery', () => {
  const options = laneOf()
  taken(options, [slice([workRecord({ offset: 0 })])])
  options.memory.cursor.journalEndsAt(5)
  taken(options, [slice([workRecord({ offset: 1 })])])
  expect(decodeCursor(options.memory.cursor.metadata(0))).toBe(0)
  expect(decodeCursor(options.memory.cursor.metadata(1))).toBe(5)
})

test('drops a repeat of an event that is held, to be named by the next decision', () => {
  const options = laneOf()
  const records = [workRecord({ offset: 0 }), workRecord({ offset: 1, eventId: 'event-0' })]
  expect(taken(options, [slice(records)])).toEqual(['work 0'])
  expect(options.repeats).toEqual([{ work_id: 'work-1', work_offset: '1' }])
  expect(options.memory.ledger).toMatchObject({ watermark: 0, position: 2 })
})

test('counts each repeat by its rule, dropped or passed', () => {
  const counted: string[] = []
  const telemetry = { workRepeated: (ruleId: string) => counted.push(ruleId) }
  const passing = laneOf({ telemetry })
  passing.memory.seen.hold(workFacts({ offset: 0 }), 0)
  taken(passing, [slice([1, 2].map(offset => workRecord({ offset, eventId: 'event-0' })))])
  taken(laneOf({ telemetry }), [slice([0, 1].map(offset => workRecord({ offset, eventId: 'event-0' })))])
  expect(counted).toEqual(['rule', 'rule', 'rule'])
})

test('passes repeats one after the other while nothing is held, also before any of them is committed', () => {
  const options = laneOf({ offset: 5 })
  options.memory.seen.hold(workFacts({ offset: 0 }), 0)
  const records = [5, 6, 7].map(offset => workRecord({ offset, eventId: 'event-0' }))
  expect(taken(options, [slice(records)])).toEqual(['passed 5', 'passed 6', 'passed 7'])
  expect(options.repeats).toEqual([])
})

test('counts dropped repeats against the lane, so that they cannot pile up', () => {
  const options = laneOf()
  const records = Array.from({ length: 101 }, (_, offset) => workRecord({ offset, eventId: 'same' }))
  taken(options, [slice(records.slice(0, 100))])
  expect(options.load.full()).toBe(false)
  taken(options, [slice(records.slice(100))])
  expect(options.repeats).toHaveLength(100)
  expect(options.load.full()).toBe(true)
})

test('forgets repeats that the watermark has passed', () => {
  const options = laneOf()
  const again = (offset: number) => workRecord({ offset, eventId: 'event-0' })
  taken(options, [slice([workRecord({ offset: 0 }), again(1), workRecord({ offset: 2 }), again(3)])])
  options.memory.ledger.finish(0)
  expect(options.memory.ledger.watermark).toBe(2)
  taken(options, [slice([again(4)])])
  expect(options.repeats.map(({ work_offset }) => work_offset)).toEqual(['3', '4'])
})

test('takes a dead letter that was produced again as work of its own, under an id that follows from its offset', () => {
  const options = laneOf()
  const ids: string[] = []
  const take = (record: LogRecord) =>
    of(slice([record]))
      .pipe(takeWork(options))
      .subscribe(item => item.kind === 'work' && ids.push(workOf(item).work_id))
  take(workRecord({ offset: 0 }))
  const decided = { eventId: 'event-0', arrivedAtMs: 0, decidedAtMs: 0, judged: false }
  options.memory.seen.decide(workFacts({ offset: 0 }), decided)
  const again = workRecord({ offset: 1, eventId: 'event-0', workId: 'work-0' })
  take({ ...again, headers: { 'llmtrigger-decision-id': 'undecided' } })
  expect(ids).toEqual(['work-0', 'work-0#r1'])
  take({ ...again, offset: 2, headers: { 'llmtrigger-decision-id': 'undecided' } })
  expect(ids).toHaveLength(2)
})
