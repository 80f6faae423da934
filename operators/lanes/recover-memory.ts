import { defer, last, map, type Observable, tap } from 'rxjs'
import { type Decision, decisionSchema } from '../../schemas/decision.ts'
import type { Lane, LogRecord } from './lane.ts'
import { type DecidedWork, decidedWork } from './decided-work.ts'
import { decodeCursor } from './decode-cursor.ts'
import { idsKeptMs } from './ids-kept-ms.ts'
import { type LaneCursor, laneCursor } from './lane-cursor.ts'
import { type SeenIds, seenIds, type SeenIdsOptions } from './seen-ids.ts'
import { type WorkLedger, workLedger } from './work-ledger.ts'

/** What a DECIDE lane knows of itself. All of it is in the log: this is rebuilt whenever the lane opens. */
export interface LaneMemory {
  readonly ledger: WorkLedger
  readonly cursor: LaneCursor
  readonly seen: SeenIds
  readonly decided: DecidedWork
}

export interface RecoverMemoryOptions extends SeenIdsOptions {
  readonly nowMs: number
}

/**
 * Reads a lane's own journal, from where its committed cursor or its memory of ids begins.
 *
 * Shape:  one memory, then completes.
 * State:  none but what it returns, within the maxima of the ids and of the offsets decided ahead.
 * Errors: those of `readJournal`. A record of the journal that is no decision was not written by a lane and is passed over.
 */
export function recoverMemory(lane: Lane, options: RecoverMemoryOptions): Observable<LaneMemory> {
  return defer(() => {
    const seen = seenIds(options)
    const decided = decidedWork(lane.offset)
    const cursor = decodeCursor(lane.metadata) ?? 0
    const remember = (record: LogRecord) => {
      const decision = parseDecision(record)
      if (decision === null) return
      decided.add(decision)
      rememberEvents(decision, seen)
    }
    const { nowMs, dedupeMs, idsMax } = options
    const start = { fromOffset: cursor, nowMs, memoryMs: idsKeptMs(dedupeMs), recordsMax: idsMax }
    return lane.readJournal(start).pipe(
      tap(({ records }) => {
        records.forEach(remember)
      }),
      last(),
      map(({ nextOffset }) => ({
        ledger: workLedger(lane.offset),
        cursor: laneCursor({ cursor, journalEnd: nextOffset, known: decided.highest }),
        seen,
        decided,
      })),
    )
  })
}

function rememberEvents(decision: Decision, seen: SeenIds): void {
  const { rule_id, key } = decision
  const decidedAtMs = Date.parse(decision.decided_at)
  const judged = decision.outcome !== 'undecided' && decision.outcome !== 'cancelled'
  for (const { work_id, event_id, arrived_at } of decision.events) {
    const arrivedAtMs = Date.parse(arrived_at)
    seen.decide({ work_id, rule_id, key }, { eventId: event_id, arrivedAtMs, decidedAtMs, judged })
  }
}

function parseDecision({ value }: LogRecord): Decision | null {
  try {
    return decisionSchema.safeParse(JSON.parse(value?.toString() ?? '')).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
