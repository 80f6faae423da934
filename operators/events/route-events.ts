import { concatMap, type OperatorFunction } from 'rxjs'
import type { Event } from '../../schemas/event.ts'
import { type DeadLetterReason, PipelineError } from '../../schemas/failure.ts'
import type { Finished } from '../lanes/commit-in-groups.ts'
import { deriveId } from '../lanes/derive-id.ts'
import type { LogRecord, OutputRecord } from '../lanes/lane.ts'
import type { PacedItem } from '../lanes/pace-lane.ts'
import { partitionOf } from '../lanes/partition-of.ts'
import type { Telemetry } from '../telemetry.ts'
import { decodeEvent, type DecodeOptions } from './decode-event.ts'
import type { FieldSketch } from './field-sketch.ts'
import type { LiveRules } from '../rules/live-rules.ts'
import { reportEvaluations } from '../matching/report-evaluations.ts'
import type { Match, RuleTable } from '../matching/rule-table.ts'

export interface RouteEventsOptions {
  readonly source: DecodeOptions
  readonly rules: Pick<LiveRules, 'table' | 'offset'>
  readonly workTopic: string
  /** N: rules with a model have the partitions below it, traditional ones those from it on. */
  readonly partitions: number
  readonly matchesPerEventMax: number
  readonly deadLetter: (
    record: LogRecord,
    failure: { reason: DeadLetterReason; detail: string },
  ) => OutputRecord
  readonly telemetry: Pick<Telemetry, 'eventsReceived' | 'eventsSkipped' | 'rulesEvaluated'>
  /** Remembers what fields there are, for hints to those who write rules. */
  readonly fields?: Pick<FieldSketch, 'offer'> | undefined
}

/** The outputs of some consecutive events. */
export interface RoutedEvents extends Finished {
  /** The offset that follows from them. */
  readonly nextOffset: number
  readonly bytes: number
}

/** Outputs of one item: with the matches of one event more it stays well within a transaction. */
const ITEM_OUTPUTS_MAX = 500

/**
 * Evaluates every rule on every event: one work record for each (event, rule) that passed.
 *
 * Shape:  slices of records in, their outputs out, cut at event boundaries; order kept. Control items end here.
 * State:  none.
 * Errors: bugs only. A record that is no event goes to the dead-letter topic.
 */
export function routeEvents(options: RouteEventsOptions): OperatorFunction<PacedItem, RoutedEvents> {
  return items$ => items$.pipe(concatMap(item => (item.kind === 'records' ? routeSlice(item, options) : [])))
}

function* routeSlice(
  { records, nextOffset }: Extract<PacedItem, { kind: 'records' }>,
  options: RouteEventsOptions,
): Generator<RoutedEvents> {
  // One state of the rules for the whole slice, and for what is counted of it.
  const rules = { table: options.rules.table, offset: options.rules.offset }
  let outputs: OutputRecord[] = []
  let bytes = 0
  let unmatched = 0
  for (const record of records) {
    if (outputs.length >= ITEM_OUTPUTS_MAX) {
      yield { outputs, bytes, nextOffset: record.offset }
      outputs = []
      bytes = 0
    }
    const routed = routeRecord(record, rules, options)
    if (routed === noMatch) unmatched++
    for (const output of routed) {
      outputs.push(output)
      bytes += output.value?.length ?? 0
    }
  }
  report({ events: records.length, unmatched }, rules.table, options)
  yield { outputs, bytes, nextOffset }
}

const nothing: readonly OutputRecord[] = []
/** Empty as well, and known by its identity: of an event that passes no rule. */
const noMatch: readonly OutputRecord[] = []

type Rules = RouteEventsOptions['rules']

function routeRecord(record: LogRecord, rules: Rules, options: RouteEventsOptions): readonly OutputRecord[] {
  if (record.value === null) {
    options.telemetry.eventsSkipped(options.source.topic, 'tombstone', 1)
    return nothing
  }
  const event = decodeEvent(record, options.source)
  if (event instanceof PipelineError) {
    const reason = event.code === 'event_too_large' ? event.code : 'event_invalid'
    return [options.deadLetter(record, { reason, detail: event.message })]
  }
  options.fields?.offer(event)
  const matches = rules.table.match(event)
  if (matches.length === 0) return noMatch
  if (matches.length > options.matchesPerEventMax) {
    const detail = `${matches.length} rules match, lanes.matches_per_event_max is ${options.matchesPerEventMax}`
    return [options.deadLetter(record, { reason: 'too_many_matches', detail })]
  }
  return workRecords({ event, record, matches, rulesOffset: rules.offset }, options)
}

interface MatchedEvent {
  readonly event: Event
  readonly record: LogRecord
  readonly matches: readonly Match[]
  readonly rulesOffset: number
}

function workRecords(
  { event, record, matches, rulesOffset }: MatchedEvent,
  options: RouteEventsOptions,
): readonly OutputRecord[] {
  const { source, workTopic, partitions } = options
  const coordinates = [source.topic, `${source.partition}`, `${record.offset}`, `${record.timestampMs}`]
  const [topic, partition, offset, timestamp] = coordinates
  // The event is written once for all its matches.
  const tail = `"event":${JSON.stringify(event)},"source":{"topic":"${topic}","partition":${partition},"offset":"${offset}","timestamp":${timestamp}}}`
  const oversize = () => {
    const detail = `its work record does not fit into ${workTopic}`
    return [options.deadLetter(record, { reason: 'record_too_large', detail })]
  }
  return matches.map(({ rule, key }) => {
    const { rule_id: ruleId, metadata } = rule
    const { rule_type: ruleType } = rule.rule_config
    const name = `${ruleId}|${key}`
    const head = `{"work_id":"${deriveId([...coordinates, ruleId])}","rule_id":"${ruleId}","rule_type":"${ruleType}"`
    const version = `"rule_version":${metadata.version},"rules_offset":"${rulesOffset}"`
    return {
      topic: workTopic,
      partition: partitionOf(name, { partitions, traditional: ruleType === 'traditional' }),
      key: name,
      value: `${head},${version},"key":${JSON.stringify(key)},${tail}`,
      oversize,
    }
  })
}

interface SliceCounts {
  readonly events: number
  readonly unmatched: number
}

function report(
  { events, unmatched }: SliceCounts,
  table: RuleTable,
  { source, telemetry }: RouteEventsOptions,
): void {
  telemetry.eventsReceived(source.topic, events, unmatched)
  if (table.evaluationsDue) reportEvaluations(table, telemetry)
}
