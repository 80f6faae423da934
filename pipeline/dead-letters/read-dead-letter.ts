import type { LogHeaders, LogRecord } from '../../operators/lanes/lane.ts'

/** A record that could not be processed, as it lies on the dead-letter topic. Texts are null where a header is missing. */
export interface DeadLetter {
  readonly kind: 'letter'
  readonly partition: number
  readonly offset: number
  /** When it was put there: ISO-8601 UTC with milliseconds. */
  readonly at: string
  readonly stage: string | null
  readonly reason: string
  readonly detail: string
  readonly target: string | null
  /** Where the record lay. */
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: string }
  readonly ruleId: string | null
  readonly decisionId: string | null
  readonly truncated: boolean
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Those of the original record, ours left out. */
  readonly ownHeaders: LogHeaders
}

/** Says that the dead letter at `offset` of the same partition was replayed. */
export interface ReplayMark {
  readonly kind: 'mark'
  readonly offset: number
}

/** A record that neither the pipeline nor a replay has written. */
export interface ForeignRecord {
  readonly kind: 'foreign'
}

const ourHeaders = new Set(
  [
    ['stage', 'reason', 'detail', 'target', 'topic', 'partition', 'offset', 'at', 'truncated'],
    ['rule-id', 'decision-id'],
  ]
    .flat()
    .map(name => `llmtrigger-${name}`),
)

/** Tells by its headers what a record of the dead-letter topic is. */
export function readDeadLetter(
  { offset, timestampMs, key, value, headers }: LogRecord,
  partition: number,
): DeadLetter | ReplayMark | ForeignRecord {
  const text = (name: string) => textOf(headers[`llmtrigger-${name}`])
  const replayed = text('replayed-offset')
  if (replayed !== null) return markOf(replayed, text('replayed-partition'), partition)
  const reason = text('reason')
  if (reason === null) return { kind: 'foreign' }
  return {
    kind: 'letter',
    partition,
    offset,
    at: timeOf(text('at')) ?? new Date(timestampMs).toISOString(),
    stage: text('stage'),
    reason,
    detail: text('detail') ?? '',
    target: text('target'),
    origin: {
      topic: text('topic') ?? '',
      partition: Number(text('partition') ?? 0),
      offset: text('offset') ?? '',
    },
    ruleId: text('rule-id'),
    decisionId: text('decision-id'),
    truncated: text('truncated') === 'true',
    key,
    value,
    ownHeaders: Object.fromEntries(Object.entries(headers).filter(([name]) => !ourHeaders.has(name))),
  }
}

/** A mark counts only in the partition of its dead letter: so it is never deleted before it. */
function markOf(offset: string, ofPartition: string | null, partition: number): ReplayMark | ForeignRecord {
  if (ofPartition !== `${partition}` || !/^\d{1,15}$/.test(offset)) return { kind: 'foreign' }
  return { kind: 'mark', offset: Number(offset) }
}

function textOf(header: LogHeaders[string]): string | null {
  const last = [header].flat().at(-1)
  return last?.toString() ?? null
}

function timeOf(text: string | null): string | null {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}
