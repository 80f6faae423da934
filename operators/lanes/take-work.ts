import { concatMap, type OperatorFunction } from 'rxjs'
import type { Repeat } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Work } from '../../schemas/work.ts'
import type { Telemetry } from '../telemetry.ts'
import type { HeldWork } from '../windows/window.ts'
import type { Finished } from './commit-in-groups.ts'
import type { HeaderValue, LogHeaders, LogRecord, OutputRecord } from './lane.ts'
import type { LaneLoad } from './lane-load.ts'
import type { PacedItem } from './pace-lane.ts'
import { parseWork } from './parse-work.ts'
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
  readonly telemetry: Pick<Telemetry, 'workRepeated'>
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
  const read = readWork(record)
  if (typeof read === 'string') {
    yield pass(record, ledger, [options.deadLetter(record, read)])
    return
  }
  const { work } = read
  if (!seen.isRepeat(work, record.timestampMs)) {
    yield hold(read, record, options)
    return
  }
  options.telemetry.workRepeated(work.rule_id)
  // With nothing held below it a repeat is passed by the next commit; else only a decision can say that it is finished.
  if (ledger.lowestHeld === record.offset) yield pass(record, ledger)
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

interface ReadWork {
  readonly work: Work
  readonly text: string
}

/** The work and the text that it was read from, or why it is none. */
function readWork({ value, offset, headers }: LogRecord): ReadWork | string {
  if (value === null) return 'the record has no value'
  const text = value.toString()
  const work = parseWork({ text, offset, headers })
  return typeof work === 'string' ? work : { work, text }
}

function hold({ work, text }: ReadWork, record: LogRecord, options: TakeWorkOptions): HeldWork {
  const { memory, load, ruleOf } = options
  const { offset, timestampMs: arrivedAtMs, headers } = record
  const bytes = (record.value?.length ?? 0) + (record.key?.length ?? 0)
  memory.seen.hold(work, arrivedAtMs)
  load.hold(1, bytes)
  const { rule_id: ruleId, key } = work
  const rule = ruleOf(ruleId)
  const waits = rule?.rule_config.llm_config !== undefined
  return {
    kind: 'work',
    ruleId,
    key,
    offset,
    arrivedAtMs,
    text,
    headers: ownHeaders(headers),
    bytes,
    rule,
    // Without a model it is decided at once, and would only be parsed a second time.
    work: waits ? null : work,
  }
}

/** Bytes that were fetched are a view of megabytes, which live as long as the view. */
function ownHeaders(headers: LogHeaders): LogHeaders {
  const names = Object.keys(headers)
  if (names.length === 0) return noHeaders
  const own = (value: LogHeaders[string]): LogHeaders[string] => {
    if (Array.isArray(value)) return value.map(ownValue)
    return value === undefined ? undefined : ownValue(value)
  }
  return Object.fromEntries(names.map(name => [name, own(headers[name])]))
}

function ownValue(value: HeaderValue): HeaderValue {
  return value === null ? null : Buffer.from(value)
}

const noHeaders: LogHeaders = {}

function pass({ offset }: LogRecord, ledger: WorkLedger, outputs: readonly OutputRecord[] = []): PassedWork {
  ledger.pass(offset)
  return { kind: 'passed', offsets: [offset], outputs }
}
