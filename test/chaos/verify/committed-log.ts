import { z } from 'zod'
import type { CommittedRecord } from './read-committed.ts'

/** Of one record: its partition and offset, `3@1742`. */
export type Place = string

export interface SourceRecord {
  readonly place: Place
  readonly value: string
  readonly key: string
  /** Null of garbage. */
  readonly n: number | null
}

export interface WorkRecord {
  readonly place: Place
  readonly partition: number
  readonly offset: number
  readonly arrivedAt: string
  readonly workId: string
  readonly ruleId: string
  readonly key: string
  readonly eventId: string
  readonly n: number
  readonly source: Place
}

const decisionSchema = z.object({
  decision_id: z.string(),
  rule_id: z.string(),
  key: z.string(),
  trigger_mode: z.string().nullable(),
  closed_by: z.string(),
  event_count: z.number(),
  events: z
    .array(
      z.object({
        event_id: z.string(),
        timestamp: z.string(),
        topic: z.string(),
        partition: z.number(),
        offset: z.string(),
        work_id: z.string(),
        work_offset: z.string(),
        arrived_at: z.string(),
      }),
    )
    .min(1),
  work_partition: z.number(),
  repeats: z.array(z.object({ work_id: z.string(), work_offset: z.string() })),
  opened_at: z.string(),
  closed_at: z.string(),
  decided_at: z.string(),
  outcome: z.enum(['triggered', 'not_triggered', 'below_threshold', 'undecided', 'cancelled', 'skipped']),
  error: z.object({ code: z.string() }).nullable(),
  attempts: z.number(),
})

const alertSchema = z.object({
  alert_id: z.string(),
  rule_id: z.string(),
  key: z.string(),
  event_count: z.number(),
  event_ids: z.array(z.string()),
})

const workSchema = z.object({
  work_id: z.string(),
  rule_id: z.string(),
  key: z.string(),
  event: z.object({ event_id: z.string(), data: z.object({ n: z.number() }) }),
  source: z.object({ partition: z.number(), offset: z.string() }),
})

export type DecisionRecord = z.infer<typeof decisionSchema> & { readonly partition: number }
export type AlertRecord = z.infer<typeof alertSchema> & { readonly partition: number }

/** What a read-committed reader sees of a deployment, in order within each partition. */
export interface CommittedLog {
  readonly source: SourceRecord[]
  readonly work: WorkRecord[]
  readonly decisions: DecisionRecord[]
  readonly alerts: AlertRecord[]
  readonly deadLetters: CommittedRecord[]
}

/** Names a record by its partition and offset. */
export function placeOf(partition: number, offset: number | string): Place {
  return `${partition}@${offset}`
}

/** Reads a record of the source as what the campaign wrote. */
export function sourceRecord({ partition, offset, key, value }: CommittedRecord): SourceRecord {
  const n = /^\{"event_id":"e-(\d+)"/.exec(value)?.[1]
  return { place: placeOf(partition, offset), key, value, n: n === undefined ? null : Number(n) }
}

/** Reads a record of `work`. */
export function workRecord({ partition, offset, timestampMs, value }: CommittedRecord): WorkRecord {
  const { work_id, rule_id, key, event, source } = workSchema.parse(JSON.parse(value))
  return {
    place: placeOf(partition, offset),
    partition,
    offset,
    arrivedAt: new Date(timestampMs).toISOString(),
    workId: work_id,
    ruleId: rule_id,
    key,
    eventId: event.event_id,
    n: event.data.n,
    source: placeOf(source.partition, source.offset),
  }
}

/** Reads a record of `decisions`. */
export function decisionRecord({ partition, value }: CommittedRecord): DecisionRecord {
  return { ...decisionSchema.parse(JSON.parse(value)), partition }
}

/** Reads a record of `alerts`. */
export function alertRecord({ partition, value }: CommittedRecord): AlertRecord {
  return { ...alertSchema.parse(JSON.parse(value)), partition }
}
