import { type Observable, type SchedulerLike, tap } from 'rxjs'
import { commitInGroups, UNWRITTEN_RECORDS_MAX } from '../operators/lanes/commit-in-groups.ts'
import { deadLetter } from '../operators/lanes/dead-letter.ts'
import type { Lane } from '../operators/lanes/lane.ts'
import { laneLoad } from '../operators/lanes/lane-load.ts'
import { paceLane } from '../operators/lanes/pace-lane.ts'
import { routeEvents, type RouteEventsOptions } from '../operators/events/route-events.ts'
import type { FieldSketch } from '../operators/events/field-sketch.ts'
import type { LiveRules } from '../operators/rules/live-rules.ts'
import type { Telemetry } from '../operators/telemetry.ts'
import type { LaneBounds, SourceConfig } from '../schemas/config.ts'
import { reportDeadLetters } from './report-dead-letters.ts'
import type { Topics } from './topics-of.ts'

export interface RouteOptions {
  readonly source: SourceConfig
  readonly rules: LiveRules
  readonly topics: Topics
  readonly partitions: number
  readonly bounds: LaneBounds
  readonly clock: SchedulerLike
  readonly telemetry: Telemetry
  readonly fields?: Pick<FieldSketch, 'offer'> | undefined
}

/** Events looked at between two looks at what is still to be committed. */
const SLICE_MAX = 500
/** Without a match nothing changes but the offset: it waits this long for a transaction that is due anyway. */
const IDLE_MS = 250

/** ROUTE: one lane of the user's topic. It holds nothing: an event is decoded, matched, filtered and committed at once. */
export function route(lane: Lane, options: RouteOptions): Observable<unknown> {
  const { bounds, topics, clock } = options
  const load = laneLoad({
    eventsMax: Infinity,
    bytesMax: bounds.bytes_max,
    aheadMax: Infinity,
    unwrittenMax: UNWRITTEN_RECORDS_MAX,
  })
  return lane.signals$.pipe(
    paceLane({ lane, load, sliceMax: SLICE_MAX, draining: () => true }),
    routeEvents(eventOptions(lane, options)),
    tap(({ outputs, bytes }) => {
      load.hold(0, bytes)
      load.queue(outputs.length)
    }),
    commitInGroups({
      seal: items => ({ offset: items.at(-1)?.nextOffset ?? lane.offset, metadata: '' }),
      commit: transaction => lane.commit(transaction),
      idleMs: IDLE_MS,
      clock,
    }),
    tap(({ items }) => {
      for (const { outputs, bytes } of items) {
        load.release(0, bytes, outputs.length)
        reportDeadLetters(outputs, { stage: 'route', topic: topics.deadLetter, telemetry: options.telemetry })
      }
    }),
  )
}

function eventOptions(lane: Lane, options: RouteOptions): RouteEventsOptions {
  const { source, rules, topics, partitions, bounds, clock, telemetry, fields } = options
  const { topic, partition } = lane
  return {
    source: {
      topic,
      partition,
      eventBytesMax: bounds.event_bytes_max,
      ...(source.map && { map: source.map }),
    },
    rules,
    workTopic: topics.work,
    partitions,
    matchesPerEventMax: bounds.matches_per_event_max,
    deadLetter: (record, failure) =>
      deadLetter(record, {
        ...failure,
        topic: topics.deadLetter,
        partition: partition % partitions,
        stage: 'route',
        target: topic,
        source: { topic, partition, offset: `${record.offset}` },
        atMs: clock.now(),
      }),
    telemetry,
    fields,
  }
}
