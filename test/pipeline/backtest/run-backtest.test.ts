import { describe, expect, test } from 'vitest'
import { of, timer, map } from 'rxjs'
import type { AskModel } from '../../../operators/asking/model.ts'
import { TOPICS_MAX } from '../../../pipeline/backtest/run-backtest.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { eventRecord, playBacktest } from '../../support/backtest/play-backtest.ts'
import { BACKTEST_START_MS } from '../../support/backtest/play-backtest.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'

function rule(id: string, llm: object | null, expression?: string) {
  const filter = expression === undefined ? {} : { pre_filter: { expression } }
  const type = llm === null ? 'traditional' : expression === undefined ? 'llm' : 'hybrid'
  const asking = llm === null ? {} : { llm_config: { description: `whether ${id}`, ...llm } }
  return {
    rule_id: id,
    name: id,
    event_types: ['trade'],
    group_by: ['data.symbol'],
    rule_config: { rule_type: type, ...filter, ...asking },
  }
}

const rules = [
  rule('large', null, 'volume > 900'),
  rule('each', {}, 'volume > 950'),
  rule('batch', { trigger_mode: 'batch', batch_size: 4, max_wait_seconds: 20 }, 'volume > 500'),
  rule('tick', { trigger_mode: 'interval', interval_seconds: 30, call_priority: 'high' }),
]

/** A stream on two topics of three partitions, with some records that come late. */
function stream(count: number, seed = 1): readonly RecordedRecord[] {
  const random = seededRandom(seed)
  const offsets = new Map<string, number>()
  let atMs = 0
  return Array.from({ length: count }, (_, n) => {
    const topic = random() < 0.5 ? 'signals' : 'orders'
    const partition = Math.floor(random() * 3)
    const offset = offsets.get(`${topic}/${partition}`) ?? 100
    offsets.set(`${topic}/${partition}`, offset + 1 + Math.floor(random() * 2))
    if (random() < 0.8) atMs += Math.floor(random() * 700)
    const lateMs = random() < 0.05 ? 5000 : 0
    const data = { symbol: `S${Math.floor(random() * 5)}`, volume: Math.floor(random() * 1000) }
    const event = { event_id: `e-${n}`, event_type: 'trade', data }
    return eventRecord(Math.max(0, atMs - lateMs), event, { topic, partition, offset })
  })
}

/** Answers by the prompt, after a time by the wall clock that differs from call to call. */
function restlessModel(): AskModel {
  let calls = 0
  return ({ messages }) => {
    const length = messages[1]?.content.length ?? 0
    const verdict = { should_trigger: length % 2 === 0, confidence: (length % 10) / 10, reason: `${length}` }
    const reply = {
      text: JSON.stringify(verdict),
      finish: 'stop',
      tokens: { input: length, output: 9 },
    } as const
    return calls++ % 3 === 0 ? of(reply) : timer(Math.random() * 4).pipe(map(() => reply))
  }
}

const limited = {
  kafka: { partitions: 3 },
  models: {
    default: 'fast',
    fast: {
      provider: 'openai',
      base_url: 'http://localhost/v1',
      model: 'fast-1',
      limits: { requests_per_minute: 12, concurrency: 2 },
      price: { input_usd_per_million: 1, output_usd_per_million: 2 },
    },
  },
}

describe('runBacktest', () => {
  test('closes and decides every window, also those that are open when the recording ends', async () => {
    const records = [
      eventRecord(0, { event_type: 'trade', data: { symbol: 'A', volume: 600 } }),
      eventRecord(1000, { event_type: 'trade', data: { symbol: 'A', volume: 960 } }, { offset: 1 }),
      eventRecord(1000, { event_type: 'other' }, { offset: 2 }),
    ]
    const { decisions, endMs } = await playBacktest({ rules, records })
    expect(decisions.map(({ rule_id, closed_by, event_count }) => [rule_id, closed_by, event_count])).toEqual(
      [
        ['large', 'event', 1],
        ['each', 'event', 1],
        expect.arrayContaining(['batch', 'time', 2]),
        expect.arrayContaining(['tick', 'tick', 2]),
      ],
    )
    expect(endMs).toBeGreaterThanOrEqual(20_000)
    expect(endMs).toBeLessThan(60_000)
  })

  test('names records by the coordinates that they had, so that ids are those of the live run', async () => {
    const records = [
      eventRecord(
        0,
        { event_type: 'trade', data: { symbol: 'A', volume: 990 } },
        { partition: 2, offset: 4711 },
      ),
    ]
    const { decisions } = await playBacktest({ rules: rules.slice(0, 1), records })
    expect(decisions[0]?.events).toMatchObject([{ topic: 'signals', partition: 2, offset: '4711' }])
  })

  test('asks nobody and says so, with the tokens and the cost that it would take', async () => {
    const records = [eventRecord(0, { event_type: 'trade', data: { symbol: 'A', volume: 990 } })]
    const { decisions } = await playBacktest({ rules: rules.slice(1, 2), records, config: limited })
    expect(decisions).toMatchObject([
      {
        outcome: 'skipped',
        reason: 'not asked (--model none)',
        model: 'fast',
        attempts: 1,
        budget: null,
        error: null,
        tokens: { output: 60 },
      },
    ])
    const [{ tokens, cost_usd: usd } = { tokens: { input: 0 }, cost_usd: 0 }] = decisions
    expect(tokens.input).toBeGreaterThan(250)
    expect(usd).toBeCloseTo((tokens.input + 120) / 1e6, 9)
  })

  test.each([
    ['at once', { limits: false, latencyMs: 0 }],
    ['with a latency', { limits: false, latencyMs: 1500 }],
    ['with limits and a latency', { limits: true, latencyMs: 1500 }],
  ])('is the same byte for byte in every run, however fast the model really was: %s', async (_, how) => {
    const run = () =>
      playBacktest({
        rules,
        records: stream(400),
        config: limited,
        limits: how.limits,
        model: { connect: restlessModel, latencyOf: () => how.latencyMs },
      })
    const [one, other] = [await run(), await run()]
    expect(one.decisions.length).toBeGreaterThan(100)
    expect(new Set(one.decisions.map(({ outcome }) => outcome)).size).toBeGreaterThan(2)
    for (const topic of ['decisions', 'alerts', 'dead-letter'] as const) {
      expect(other.lines(topic)).toBe(one.lines(topic))
    }
  })

  test('keeps the limits of a model in virtual time when it is to, and not else', async () => {
    const run = (limits: boolean) =>
      playBacktest({
        rules,
        records: stream(400),
        config: limited,
        limits,
        model: { connect: restlessModel },
      })
    const [free, kept] = [await run(false), await run(true)]
    const waited = ({ decisions }: typeof free) =>
      Math.max(...decisions.map(({ waited_ms }) => waited_ms.queue))
    expect(waited(free)).toBe(0)
    expect(waited(kept)).toBeGreaterThan(10_000)
    const asked = ({ decisions }: typeof free) => decisions.reduce((sum, { attempts }) => sum + attempts, 0)
    expect(asked(kept)).toBe(asked(free))
  })

  test('plays batches as they come, tells of each record and of those that are late', async () => {
    const records = stream(200)
    async function* batches() {
      for (let at = 0; at < records.length; at += 7) yield records.slice(at, at + 7)
    }
    const seen: RecordedRecord[] = []
    let late = 0
    const coming = await playBacktest({
      rules,
      batches: batches(),
      onRecord: (record, isLate) => {
        seen.push(record)
        if (isLate) late++
      },
    })
    expect(seen).toEqual(records)
    let newestMs = 0
    const older = records.filter(({ timestampMs }) => {
      const isOlder = timestampMs < newestMs
      newestMs = Math.max(newestMs, timestampMs)
      return isOlder
    })
    expect(late).toBe(older.length)
    expect(late).toBeGreaterThan(0)
    expect(coming.lines('decisions')).toBe((await playBacktest({ rules, records })).lines('decisions'))
  })

  test('plays work as ROUTE wrote it, in its partition and by its offset, with the rules that are given', async () => {
    const work = (offset: number, volume: number, ruleId = 'batch') => ({
      topic: 'llmtrigger.work',
      partition: 1,
      offset,
      timestampMs: BACKTEST_START_MS + offset * 1000,
      key: Buffer.from(`${ruleId}|A`),
      headers: {},
      value: Buffer.from(
        JSON.stringify({
          work_id: `w-${offset}`,
          rule_id: ruleId,
          rule_type: 'hybrid',
          rule_version: 1,
          rules_offset: '900',
          key: 'A',
          event: {
            event_id: `e-${offset}`,
            event_type: 'trade',
            source: 's',
            timestamp: '2026-11-20T10:00:00.000Z',
            context_key: 'A',
            data: { volume },
          },
          source: { topic: 'signals', partition: 0, offset: '1', timestamp: 1 },
        }),
      ),
    })
    const records = [work(3, 1), work(5, 2), work(6, 3), work(8, 4), work(9, 5), work(10, 6, 'gone')]
    const { decisions } = await playBacktest({ rules, records, holds: 'work', config: limited })
    expect(
      decisions.map(({ outcome, closed_by, closed_at, work_partition, events }) => ({
        outcome,
        closed_by,
        closed_at,
        work_partition,
        offsets: events.map(({ work_offset }) => Number(work_offset)),
      })),
    ).toEqual([
      {
        outcome: 'skipped',
        closed_by: 'size',
        closed_at: '2026-11-20T10:00:08.000Z',
        work_partition: 1,
        offsets: [3, 5, 6, 8],
      },
      {
        outcome: 'cancelled',
        closed_by: 'rule_change',
        closed_at: '2026-11-20T10:00:10.000Z',
        work_partition: 1,
        offsets: [10],
      },
      {
        outcome: 'skipped',
        closed_by: 'time',
        closed_at: '2026-11-20T10:00:29.000Z',
        work_partition: 1,
        offsets: [9],
      },
    ])
    const beyond = playBacktest({
      rules,
      records: [{ ...work(1, 1), partition: 6 }],
      holds: 'work',
      config: limited,
    })
    await expect(beyond).rejects.toThrow('kafka.partitions is 3')
  })

  test('puts what is no event where it goes live, and goes on', async () => {
    const records = [
      { ...eventRecord(0, {}), value: Buffer.from('{') },
      eventRecord(1, { event_type: 'trade', data: { symbol: 'A', volume: 990 } }, { offset: 1 }),
    ]
    const { decisions, lines } = await playBacktest({ rules: rules.slice(0, 1), records })
    expect(decisions).toHaveLength(1)
    expect(lines('dead-letter')).toBe('{')
  })

  test('reads each topic as its source says, and fails where a topic is none', async () => {
    const records = [
      eventRecord(0, { symbol: 'A', volume: 990 }, { topic: 'raw' }),
      eventRecord(1, { event_type: 'trade', data: { symbol: 'A', volume: 990 } }),
    ]
    const sourceOf = (topic: string) => {
      if (topic === 'signals') throw new PipelineError('config_invalid', 'signals is no source')
      return { topic, format: 'json', from: 'earliest', map: { event_type: { const: 'trade' } } } as const
    }
    const one = rules.slice(0, 1)
    expect(
      (await playBacktest({ rules: one, records: records.slice(0, 1), sourceOf })).decisions,
    ).toHaveLength(1)
    await expect(playBacktest({ rules: one, records, sourceOf })).rejects.toThrow('signals is no source')
  })

  test('takes no more topics than it has room for', async () => {
    const records = Array.from({ length: TOPICS_MAX + 1 }, (_, n) => eventRecord(n, {}, { topic: `t${n}` }))
    await expect(playBacktest({ rules: [], records })).rejects.toThrow(`more than ${TOPICS_MAX} topics`)
  })

  test('fails with what is wrong with the recording', async () => {
    async function* batches() {
      yield stream(10)
      throw new PipelineError('recording_invalid', 'day.ndjson:11: not JSON')
    }
    await expect(playBacktest({ rules, batches: batches() })).rejects.toThrow('day.ndjson:11: not JSON')
  })

  test('ends where there is no record', async () => {
    expect(await playBacktest({ rules, records: [] })).toMatchObject({
      decisions: [],
      endMs: -BACKTEST_START_MS,
    })
  })
})
