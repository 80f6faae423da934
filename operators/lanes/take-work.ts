import { concatMap, type OperatorFunction } from 'rxjs'
import type { Repeat } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import { type Work, workSchema } from '../../schemas/work.ts'
import type { HeldWork } from '../windows/window.ts'
import type { Finished } from './commit-in-groups.ts'
import type { LogRecord, OutputRecord } from './lane.ts'
import type { LaneLoad } from './lane-load.ts'
import type { PacedItem } from './pace-lane.ts'
import type { LaneMemory } from './recover-memory.ts'
import type { WorkLedger } from './work-ledger.ts'

export interface TakeWorkOptions {
  readonly memory: LaneMemory
  readonly load: LaneLoad
  /** The newest version of a rule; null where it is gone or disabled. */
  readonly ruleOf: (ruleId: string) => Rule | null
  /** Where dropped repeats wait for the lane's next decision, which names them. */
  readonly repeats: Repeat[]
  readonly deadLetter: (record: LogRecord, detail: string) => OutputRecord
}

/** A record that no window takes: a repeat, one that was decided before, or none of ours. */
export interface PassedWork extends Finished {
  readonly kind: 'passed'
  readonly offsets: readonly number[]
}

const markersOnly: PassedWork = { kind: 'passed', offsets: [], outputs: [] }

/** What a window may come of, and what moves its time. */
export type WindowInput = HeldWork | Exclude<PacedItem, { kind: 'records' }>

/**
 * Takes work records into the lane: each enters the ledger once, and what was decided or is held already goes no further.
 *
 * Shape:  slices in, held or passed records out, order kept; control items pass through.
 * State:  the lane's memory and load.
 * Errors: none of its own. A record that is no work goes to the dead-letter topic.
 */
export function takeWork(options: TakeWorkOptions): OperatorFunction<PacedItem, WindowInput | PassedWork> {
  const { ledger } = options.memory
  return items$ =>
    items$.pipe(
      concatMap(function* (item) {
        if (item.kind !== 'records') {
          yield item
          return
        }
        const taken = item.records.flatMap(record => [...takeRecord(record, options)])
        // Before they are handed on, so that the commit that they may cause passes the markers behind them, too.
        ledger.passTo(item.nextOffset)
        yield* taken
        // Markers and aborted records alone: left uncommitted, an idle lane would fall behind its topic's retention.
        if (item.records.length === 0 && ledger.watermark === item.nextOffset) yield markersOnly
      }),
    )
}

function* takeRecord(record: LogRecord, options: TakeWorkOptions): Generator<HeldWork | PassedWork> {
  const { memory, repeats } = options
  const { ledger, cursor, seen } = memory
  if (record.offset < ledger.position) return
  ledger.take(record.offset, record.timestampMs)
  cursor.delivered(record.offset)
  if (memory.decided.take(record)) {
    yield pass(record, ledger)
    return
  }
  const work = parseWork(record)
  if (typeof work === 'string') {
    yield pass(record, ledger, [options.deadLetter(record, work)])
    return
  }
  if (!seen.isRepeat(work, record.timestampMs)) yield hold(work, record, options)
  // With nothing held below it a repeat is passed by the next commit; else only a decision can say that it is finished.
  else if (ledger.lowestHeld === record.offset) yield pass(record, ledger)
  else {
    ledger.drop(record.offset)
    forgetPassed(repeats, ledger)
    repeats.push({ work_id: work.work_id, work_offset: `${record.offset}` })
  }
}

/** Repeats below the watermark need no decision to name them. */
function forgetPassed(repeats: Repeat[], ledger: WorkLedger): void {
  const waiting = repeats.findIndex(({ work_offset }) => Number(work_offset) >= ledger.watermark)
  const forgotten = repeats.splice(0, waiting === -1 ? repeats.length : waiting)
  for (const { work_offset } of forgotten) ledger.finish(Number(work_offset))
}

function hold(work: Work, record: LogRecord, { memory, load, ruleOf }: TakeWorkOptions): HeldWork {
  const bytes = (record.value?.length ?? 0) + (record.key?.length ?? 0)
  memory.seen.hold(work, record.timestampMs)
  load.hold(1, bytes)
  return { kind: 'work', work, record, bytes, rule: ruleOf(work.rule_id) }
}

function pass({ offset }: LogRecord, ledger: WorkLedger, outputs: readonly OutputRecord[] = []): PassedWork {
  ledger.pass(offset)
  return { kind: 'passed', offsets: [offset], outputs }
}

/** The work, or why it is none. */
function parseWork(record: LogRecord): Work | string {
  const { value } = record
  if (value === null) return 'the record has no value'
  try {
    const { data, error } = workSchema.safeParse(JSON.parse(value.toString()))
    if (data !== undefined) return named(data, record)
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  } catch (error) {
    if (error instanceof SyntaxError) return `not JSON: ${error.message}`
    throw error
  }
}

/** A dead letter that was produced again is work of its own: under its first id it would be dropped as decided. */
function named(work: Work, { offset, headers }: LogRecord): Work {
  if (headers['llmtrigger-decision-id'] === undefined) return work
  return { ...work, work_id: `${work.work_id}#r${offset}` }
}
