import { of, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import { REASON_CHARACTERS_MAX } from '../../../operators/asking/parse-answer.ts'
import type { Verdict } from '../../../operators/judging/verdict.ts'
import type { LogRecord, OutputRecord } from '../../../operators/lanes/lane.ts'
import { seenIds } from '../../../operators/lanes/seen-ids.ts'
import {
  PATIENCE_MS_MAX,
  REPEATS_NAMED_MAX,
  type SettledDecision,
  settleVerdicts,
  type SettleVerdictsOptions,
} from '../../../operators/lanes/settle-verdicts.ts'
import { WINDOW_EVENTS_MAX } from '../../../operators/windows/window-book.ts'
import { type Alert, alertSchema } from '../../../schemas/alert.ts'
import { type Decision, decisionSchema, type Repeat } from '../../../schemas/decision.ts'
import { NAME_CHARACTERS_MAX } from '../../../schemas/event.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { virtualTime } from '../../support/virtual-time.ts'
import { heldWork, ruleOf } from '../windows/held-work.ts'
import { decisionRecord } from './decision-record.ts'
import { workOf, workRecord } from './work-record.ts'

/** Kafka's own. */
const TOPIC_CHARACTERS_MAX = 249

const rule = ruleOf('rule', { trigger_mode: 'batch', batch_size: 3, max_wait_seconds: 10 })
const yes = { shouldTrigger: true, confidence: 0.9, reason: 'because' }
const no = { shouldTrigger: false, confidence: 0.9, reason: 'because' }
const broken = new PipelineError('answer_invalid', 'prose')

function verdictOn(
  offsets: readonly number[],
  answer: Verdict['answer'],
  ofRule: Rule | null = rule,
): Verdict {
  return {
    kind: 'verdict',
    window: {
      kind: 'window',
      rule: ofRule,
      ruleId: 'rule',
      key: 'key',
      held: offsets.map(offset => heldWork(ofRule, { offset, atMs: offset * 10, ruleId: 'rule' })),
      openedAtMs: 0,
      closedAtMs: 100,
      closedBy: 'size',
    },
    answer,
    model: { name: 'fast', modelId: 'm' },
    questionHash: null,
    cache: 'miss',
    budget: null,
    attempts: [{ model: 'fast', count: 1 }],
    tokens: { input: 10, output: 5 },
    costUsd: 0,
    queueMs: 0,
    callMs: 0,
  }
}

function optionsWith(more: Partial<SettleVerdictsOptions> = {}): SettleVerdictsOptions {
  return {
    partition: 3,
    topics: { decisions: 'decisions', alerts: 'alerts' },
    seen: seenIds({ dedupeMs: 600_000, idsMax: 100 }),
    repeats: [],
    deadLetter: (record, { decision_id }) => ({
      topic: 'dead',
      partition: 0,
      key: record.key,
      value: decision_id,
    }),
    clock: virtualTime(),
    ...more,
  }
}

function settled(verdicts: readonly Verdict[], options = optionsWith()): readonly SettledDecision[] {
  const out: SettledDecision[] = []
  of(...verdicts)
    .pipe(settleVerdicts(options))
    .subscribe(item => out.push(item))
  return out
}

const repeatAt = (offset: number): Repeat => ({ work_id: `work-${offset}`, work_offset: `${offset}` })

test.each([
  [0, 0],
  [1000, 50],
  [60_000, PATIENCE_MS_MAX],
])('lets a decision that waited %i ms for its answer wait %i ms for others', (queueMs, patienceMs) => {
  expect(settled([{ ...verdictOn([1], no), queueMs }])[0]?.patienceMs).toBe(patienceMs)
})

test('lets no decision without an answer wait for others', () => {
  const waited = [broken, null].map(answer => ({ ...verdictOn([1], answer), queueMs: 60_000 }))
  expect(settled(waited).map(({ patienceMs }) => patienceMs)).toEqual([0, 0])
})

test('settles each verdict in order, at the time of the clock', () => {
  const scheduler = virtualTime()
  scheduler.run(({ hot, expectObservable, expectSubscriptions }) => {
    const verdicts$ = hot('--a-(bc)-|', {
      a: verdictOn([1, 2], no),
      b: verdictOn([3], yes),
      c: verdictOn([4], no),
    })
    const at = (ms: number, offsets: readonly number[]) => {
      const decision: unknown = expect.objectContaining({ decided_at: new Date(ms).toISOString() })
      return expect.objectContaining({ offsets, decision, kind: 'decided' })
    }
    expectObservable(verdicts$.pipe(settleVerdicts(optionsWith({ clock: scheduler })))).toBe('--a-(bc)-|', {
      a: at(2, [1, 2]),
      b: at(4, [3]),
      c: at(4, [4]),
    })
    expectObservable(hot<Verdict>('-').pipe(settleVerdicts(optionsWith())), '--!').toBe('---')
    expectObservable(hot<Verdict>('|').pipe(settleVerdicts(optionsWith()))).toBe('|')
    expectSubscriptions(verdicts$.subscriptions).toBe('^--------!')
  })
})

test('says what it finishes: offsets, events, bytes, and when the last event arrived', () => {
  expect(settled([verdictOn([4, 7, 9], no)])[0]).toMatchObject({
    offsets: [4, 7, 9],
    events: 3,
    bytes: 300,
    arrivedAtMs: 90,
  })
})

test('writes the decision to the lane’s own partition, and no alert for what does not trigger', () => {
  const [item] = settled([verdictOn([1], no)])
  expect(item?.alert).toBeNull()
  expect(item?.outputs.map(({ topic, partition, key }) => [topic, partition, key])).toEqual([
    ['decisions', 3, 'rule|key'],
  ])
  expect(decisionSchema.parse(JSON.parse(String(item?.outputs[0]?.value)))).toEqual(item?.decision)
})

function alertsIn(outputs: readonly OutputRecord[]): readonly Alert[] {
  return outputs.map(({ value }) => alertSchema.parse(JSON.parse(String(value))))
}

test('writes the alert of a triggered decision, and a brief one where that is too large', () => {
  const place = { topic: 'alerts', partition: 3, key: 'rule|key' }
  const [item] = settled([verdictOn([1, 2], yes)])
  const alerts = item?.outputs.slice(1) ?? []
  expect(alerts).toEqual([expect.objectContaining(place)])
  expect(alertsIn(alerts)).toEqual([item?.alert])
  const briefs = alerts.flatMap(alert => alert.oversize?.() ?? [])
  expect(briefs).toEqual([{ ...place, value: expect.any(String) }])
  expect(alertsIn(briefs)[0]).toEqual({
    ...item?.alert,
    events: [],
    events_omitted: 2,
  })
})

test('dead-letters every work record of an undecided window', () => {
  const [item] = settled([verdictOn([1, 2], broken)])
  const letters = item?.outputs.filter(({ topic }) => topic === 'dead')
  expect(letters?.map(({ value }) => value)).toEqual([item?.decision.decision_id, item?.decision.decision_id])
  expect(item?.decision.error?.code).toBe('answer_invalid')
})

test.each([
  ['judged', verdictOn([1], no), true],
  ['undecided', verdictOn([1], broken), false],
  ['cancelled', verdictOn([1], null, null), false],
])('remembers the event of a window that was %s: %#', (_, verdict, repeated) => {
  const options = optionsWith()
  options.seen.hold(workOf({ offset: 1 }), 10)
  settled([verdict], options)
  expect(options.seen.isRepeat(workOf({ offset: 2, eventId: 'event-1' }), 11)).toBe(repeated)
  expect(options.seen.isRepeat(workOf({ offset: 1 }), 11)).toBe(true)
})

test('dead-letters the records of an undecided window as they lie on the log', () => {
  const records: LogRecord[] = []
  const deadLetter = (record: LogRecord) => {
    records.push(record)
    return { topic: 'dead', partition: 0, key: null, value: null }
  }
  settled([verdictOn([1, 2], broken)], optionsWith({ deadLetter }))
  const facts = { ruleId: 'rule' }
  const key = Buffer.from('rule|key')
  expect(records).toEqual([
    { ...workRecord({ ...facts, atMs: 10, offset: 1 }), key },
    { ...workRecord({ ...facts, atMs: 20, offset: 2 }), key },
  ])
})

test('names the dropped repeats in one decision, and finishes them with it', () => {
  const repeats = [repeatAt(5), repeatAt(6)]
  const items = settled([verdictOn([1], no), verdictOn([2], no)], optionsWith({ repeats }))
  expect(items.map(({ offsets }) => offsets)).toEqual([[1, 5, 6], [2]])
  expect(items.map(({ decision }) => decision.repeats)).toEqual([[repeatAt(5), repeatAt(6)], []])
  expect(items[0]?.events).toBe(1)
  expect(repeats).toEqual([])
})

test('names no more repeats in one decision than fit into a record', () => {
  const count = REPEATS_NAMED_MAX + 5
  const repeats = Array.from({ length: count }, (_, n) => ({
    work_id: `${n}`.padStart(32, '0'),
    work_offset: `${2 ** 52 + n}`,
  }))
  const items = settled([verdictOn([1], no), verdictOn([2], no)], optionsWith({ repeats }))
  expect(items.map(({ decision }) => decision.repeats.length)).toEqual([REPEATS_NAMED_MAX, 5])
  expect(items.map(({ offsets }) => offsets.length)).toEqual([REPEATS_NAMED_MAX + 1, 6])
  expect(String(items[0]?.outputs[0]?.value).length).toBeLessThan(100_000)
})

test('passes errors of the source on, and ends with what a callback throws', () => {
  const errors: unknown[] = []
  const record = { error: (error: unknown) => errors.push(error) }
  throwError(() => new Error('source'))
    .pipe(settleVerdicts(optionsWith()))
    .subscribe(record)
  const deadLetter = (_: unknown, { outcome }: Decision) => {
    throw new Error(outcome)
  }
  of(verdictOn([1], broken))
    .pipe(settleVerdicts(optionsWith({ deadLetter })))
    .subscribe(record)
  expect(errors).toEqual([new Error('source'), new Error('undecided')])
})

test('names a repeat only when the first record of its work id is decided', () => {
  const seen = seenIds({ dedupeMs: 0, idsMax: 100 })
  for (const offset of [1, 2]) seen.hold(workOf({ offset }), 0)
  const repeats = [{ work_id: 'work-2', work_offset: '8' }, repeatAt(9)]
  const options = optionsWith({ seen, repeats })
  const [first, second] = settled([verdictOn([1], no), verdictOn([2], no)], options)
  expect(first?.decision.repeats).toEqual([repeatAt(9)])
  expect(first?.offsets).toEqual([1, 9])
  expect(second?.decision.repeats).toEqual([{ work_id: 'work-2', work_offset: '8' }])
  expect(repeats).toEqual([])
})

test('stays within 4 MiB for a decision of the longest names, of a whole window and as many repeats as it may name', () => {
  // Six bytes for each character in JSON.
  const name = '\u0001'.repeat(NAME_CHARACTERS_MAX)
  const offsets = Array.from({ length: WINDOW_EVENTS_MAX }, (_, index) => 1e15 + index)
  const repeated = Array.from({ length: REPEATS_NAMED_MAX }, (_, index) => 2e15 + index)
  const decision = decisionSchema.parse(JSON.parse(decisionRecord(offsets, { key: name }, repeated)))
  const events = decision.events.map(event => ({
    ...event,
    event_id: name,
    event_type: name,
    topic: 'x'.repeat(TOPIC_CHARACTERS_MAX),
    work_id: 'f'.repeat(32),
  }))
  const reason = '\u0001'.repeat(REASON_CHARACTERS_MAX)
  const bytes = Buffer.byteLength(JSON.stringify({ ...decision, events, reason }))
  expect(bytes).toBeLessThan(4 * 1024 * 1024)
})
