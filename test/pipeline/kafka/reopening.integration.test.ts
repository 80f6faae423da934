import { tap } from 'rxjs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { encodeCursor } from '../../../operators/lanes/encode-cursor.ts'
import { type LaneMemory, recoverMemory } from '../../../operators/lanes/recover-memory.ts'
import { kafkaBench, type KafkaBench } from '../../support/kafka-bench.ts'
import { runStage } from '../../support/run-stage.ts'
import { decisionRecord } from '../../operators/lanes/decision-record.ts'

const brokers = inject('kafkaBrokers')
const WAIT = { timeout: 60_000, interval: 5 }
const DECISIONS = 100_000
const SEND_RECORDS = 1000
const REOPENING_MS_MAX = 3000

describe.skipIf(brokers.length === 0)('reopening a lane on Kafka', () => {
  let bench: KafkaBench
  let journal = ''
  let topic = ''

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
    topic = await bench.newTopic(1)
    journal = await bench.newTopic(1)
    for (let from = 0; from < DECISIONS; from += SEND_RECORDS) {
      const values = Array.from({ length: SEND_RECORDS }, (_, index) => decisionRecord([from + index + 1]))
      await bench.append(journal, 0, values)
    }
  })
  afterAll(() => bench.close())

  const reopen = async (groupId: string, { cursor, idsMax }: { cursor: number; idsMax: number }) => {
    const subscription = {
      groupId,
      topics: [{ topic, from: 'earliest' as const }],
      journalTopic: journal,
    }
    let committed = false
    const before = runStage(bench.runLanes, subscription, lane =>
      lane.commit({ offset: 0, metadata: encodeCursor(cursor), records: [] }).pipe(
        tap(() => {
          committed = true
        }),
      ),
    )
    await vi.waitFor(() => expect(committed).toBe(true), WAIT)
    await before.stop()
    const memories: LaneMemory[] = []
    const startedMs = performance.now()
    const options = { nowMs: Date.now(), dedupeMs: 600_000, idsMax }
    const stage = runStage(bench.runLanes, subscription, lane =>
      recoverMemory(lane, options).pipe(tap(memory => memories.push(memory))),
    )
    await vi.waitFor(() => expect(memories).toHaveLength(1), WAIT)
    const tookMs = performance.now() - startedMs
    await stage.stop()
    return { memory: memories[0], tookMs }
  }

  test('takes under 3 s behind 100,000 decisions that one slow event has held up', async () => {
    const { memory, tookMs } = await reopen(`behind-${process.pid}`, { cursor: 0, idsMax: 100_000 })
    expect(memory?.decided.size).toBe(DECISIONS)
    expect(tookMs).toBeLessThan(REOPENING_MS_MAX)
  })

  test('reads no more for its memory of ids than these have room for', async () => {
    const { memory } = await reopen(`bounded-${process.pid}`, { cursor: DECISIONS, idsMax: 1000 })
    expect(memory?.decided.size).toBe(2000)
  })
})
