import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partitionOf } from '../../../../operators/lanes/partition-of.ts'
import { delayWork } from '../../../../pipeline/backtest/compare/delay-work.ts'
import { EarlierDecisions } from '../../../../pipeline/backtest/compare/earlier-decisions.ts'
import { takenAt } from '../../../../pipeline/backtest/compare/taken-at.ts'
import type { PlayedRecord } from '../../../../pipeline/playing/played-record.ts'
import { type Rule, ruleSchema } from '../../../../schemas/rule.ts'
import { BACKTEST_START_MS, playBacktest } from '../../../support/backtest/play-backtest.ts'
import { compareStreams } from './compare-streams.ts'

const PARTITIONS = 4

function rule(id: string, llm: object | null): Rule {
  return ruleSchema.parse({
    rule_id: id,
    name: id,
    event_types: ['trade'],
    rule_config: {
      rule_type: llm === null ? 'traditional' : 'llm',
      ...(llm === null
        ? { pre_filter: { expression: 'true' } }
        : { llm_config: { description: id, ...llm } }),
    },
  })
}

const rules = [
  rule('expression', null),
  rule('each', {}),
  rule('sized', { trigger_mode: 'batch', batch_size: 3, max_wait_seconds: 3600 }),
  rule('timed', { trigger_mode: 'batch', batch_size: 1000, max_wait_seconds: 1 }),
  rule('both', { trigger_mode: 'batch', batch_size: 4, max_wait_seconds: 1 }),
  rule('ticking', { trigger_mode: 'interval', interval_seconds: 1 }),
]

const arrival = fc.record({
  rule: fc.nat(rules.length - 1),
  key: fc.constantFrom('A', 'B', 'C'),
  /** After the one before. */
  gapMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(400)),
  /** How long it is underway: mostly a little, now and then as long as a timer. */
  underwayMs: fc.oneof({ weight: 4, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.nat(900) }),
})

type Arrival = typeof arrival extends fc.Arbitrary<infer T> ? T : never

/** Records of `work` with the time at which a lane gets them: those of a partition in their order. */
function workOf(arrivals: readonly Arrival[]): readonly PlayedRecord[] {
  const offsets = new Map<number, number>()
  const takenMs = new Map<number, number>()
  let timestampMs = BACKTEST_START_MS
  const records = arrivals.map(({ rule: index, key, gapMs, underwayMs }, number): PlayedRecord => {
    const { rule_id, rule_config } = rules[index] ?? rule('none', null)
    timestampMs += gapMs
    const name = `${rule_id}|${key}`
    const traditional = rule_config.rule_type === 'traditional'
    const partition = partitionOf(key, { partitions: PARTITIONS, traditional })
    const offset = offsets.get(partition) ?? 0
    offsets.set(partition, offset + 1)
    const playAtMs = Math.max(takenMs.get(partition) ?? 0, timestampMs + underwayMs)
    takenMs.set(partition, playAtMs)
    const value = Buffer.from(JSON.stringify(workFor({ rule_id, rule_config }, key, number)))
    const place = { topic: 'llmtrigger.work', partition, offset, timestampMs }
    return { ...place, key: Buffer.from(name), value, headers: {}, playAtMs }
  })
  return records
}

function workFor(
  { rule_id, rule_config }: Pick<Rule, 'rule_id' | 'rule_config'>,
  key: string,
  number: number,
) {
  return {
    work_id: `w-${number}`,
    rule_id,
    rule_type: rule_config.rule_type,
    rule_version: 1,
    rules_offset: '0',
    key,
    event: {
      event_id: `e-${number}`,
      event_type: 'trade',
      source: 'signals',
      timestamp: new Date(BACKTEST_START_MS).toISOString(),
      context_key: key,
      data: { number },
    },
    source: { topic: 'signals', partition: 0, offset: `${number}`, timestamp: BACKTEST_START_MS },
  }
}

async function* oneBatch<T>(records: readonly T[]): AsyncGenerator<readonly T[]> {
  yield records
}

test('closes every window as the run did whose decisions it is given, whatever was underway when a timer fired', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { maxLength: 150 }), async arrivals => {
      const work = workOf(arrivals)
      const inOrder = work.toSorted((a, b) => (a.playAtMs ?? 0) - (b.playAtMs ?? 0))
      const live = await playBacktest({ rules, holds: 'work', records: inOrder })
      const earlier = new EarlierDecisions({
        placeOf: ({ work_partition }, { work_offset }) => ({
          lane: `${work_partition}`,
          offset: Number(work_offset),
        }),
      })
      for (const decision of live.decisions) earlier.add(decision)
      const recorded = work.map(({ playAtMs: _playAtMs, ...record }) => record)
      const batches = delayWork(oneBatch(recorded), { takenAtMs: record => takenAt(earlier, record) })
      const knownDueMs = (partition: number, offset: number) =>
        earlier.tickAt({ lane: `${partition}`, offset })
      const again = await playBacktest({ rules, holds: 'work', batches, knownDueMs })
      const exact = { answers: true, times: true }
      expect(compareStreams(live.decisions, again.decisions, { exact })).toMatchObject({
        compared: live.decisions.length,
        same: live.decisions.length,
        decisions: [],
      })
    }),
    { numRuns: 60 },
  )
})
