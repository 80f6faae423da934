import { DecisionFeed } from '../../pipeline/history/decision-feed.ts'
import type { DecisionRingOptions } from '../../pipeline/history/decision-ring.ts'
import { DrivenClock } from '../../pipeline/memory/driven-clock.ts'
import { memoryLog } from '../../pipeline/memory/memory-log.ts'
import type { Decision } from '../../schemas/decision.ts'
import { memoryTopicLog } from './memory-topic-log.ts'

const DECISIONS = 'llmtrigger.decisions'
const START_MS = Date.parse('2026-11-20T10:00:00.000Z')

export interface DecisionBenchOptions {
  readonly partitions?: number
  readonly ring?: Partial<DecisionRingOptions>
}

/** A decisions topic in memory, and a feed that follows it as soon as it is opened. */
export function decisionBench({ partitions = 2, ring = {} }: DecisionBenchOptions = {}) {
  const clock = new DrivenClock(START_MS)
  const log = memoryLog({ partitions: { [DECISIONS]: partitions }, clock })
  const topicLog = memoryTopicLog({ log, topic: DECISIONS, partitions })
  const feed = new DecisionFeed({ ofRuleMax: 100, decisionsMax: 1000, bytesMax: 1_000_000, ...ring })
  const fed: number[] = []
  const feedNow = (): void => {
    for (const [partition, from] of fed.entries()) {
      const records = log.records(DECISIONS, partition).slice(from)
      fed[partition] = from + records.length
      feed.take(partition, { records, nextOffset: from + records.length })
    }
  }
  let decided = 0
  return {
    clock,
    log,
    topicLog,
    feed,
    feedNow,
    /** Follows from these offsets on, from the ends where there are none. */
    open(offsets?: readonly number[]): void {
      const ends = Array.from(
        { length: partitions },
        (_, partition) => log.records(DECISIONS, partition).length,
      )
      fed.splice(0, Infinity, ...(offsets ?? ends))
      feed.open(ends.map((end, at) => ({ offset: fed[at] ?? end, beforeMs: Infinity, begin: 0, end })))
    },
    /** A second later than the one before; answers its id. */
    decide(ruleId: string, partition: number, more: Partial<Decision> = {}): string {
      clock.advanceTo(START_MS + ++decided * 1000)
      const id = `d${decided}`
      const decision = { ...decisionOf(ruleId, id, clock.now()), ...more }
      log.append(DECISIONS, { key: `${ruleId}|k`, value: JSON.stringify(decision), partition })
      return id
    },
    /** Of `decide`'s n-th decision, from 1. */
    timeOf: (n: number): string => new Date(START_MS + n * 1000).toISOString(),
  }
}

function decisionOf(ruleId: string, id: string, atMs: number): Decision {
  const at = new Date(atMs).toISOString()
  return {
    decision_id: id,
    rule_id: ruleId,
    rule_version: 1,
    rule_type: 'llm',
    key: 'k',
    trigger_mode: 'realtime',
    closed_by: 'event',
    event_count: 0,
    events: [],
    work_partition: 0,
    repeats: [],
    format: 1,
    opened_at: at,
    closed_at: at,
    decided_at: at,
    outcome: 'not_triggered',
    confidence: 0.1,
    reason: 'calm\nday',
    error: null,
    model: 'fast',
    model_id: 'm',
    question_hash: null,
    attempts: 1,
    cache: 'miss',
    budget: null,
    tokens: { input: 1, output: 1 },
    cost_usd: 0,
    waited_ms: { window: 0, queue: 0, call: 0 },
  }
}
