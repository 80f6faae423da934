import { decodeEvent } from '../../operators/events/decode-event.ts'
import { explainRule, type Explanation } from '../../operators/explaining/explain-rule.ts'
import type { Decision } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { RecordedRecord } from '../recordings/recorded-record.ts'
import { sinceStart } from './since-start.ts'
import type { TestCall } from './test-model.ts'
import { TEST_START_MS, TEST_TOPIC } from './test-records.ts'
import type { TestRun } from './test-rule.ts'

/** What some events that are the same met. */
export interface TracedEvents {
  /** Their places among the events of the test, from 1. */
  readonly first: number
  readonly last: number
  /** When the first of them arrived. */
  readonly at: string
  readonly event_type: string
  readonly explanation: Explanation
  /** The window that they joined, from 1; null where they joined none. */
  readonly window: number | null
}

export interface TracedCall {
  /** What the model was told of the window. */
  readonly prompt: string
  /** What it said; null where the test had no answer left. */
  readonly answer: string | null
}

export interface TracedWindow {
  readonly number: number
  readonly opened_at: string
  readonly closed_at: string
  readonly decision: Decision
  readonly calls: readonly TracedCall[]
}

export interface Trace {
  readonly events: readonly TracedEvents[]
  /** Groups of events that are not among them. */
  readonly events_omitted: number
  readonly windows: readonly TracedWindow[]
}

/** Most groups of events that are traced. */
export const TRACED_MAX = 50

/** What each event of a test met: its conditions, its window, what the model was asked and said, and what came of it. */
export function traceRun(rule: Rule, { decisions, trace: { records, calls } }: TestRun): Trace {
  const windowOf = new Map(
    decisions.flatMap(({ events }, index) =>
      events.map(({ offset }) => [Number(offset), index + 1] as const),
    ),
  )
  const groups = groupsOf(records, windowOf)
  return {
    events: groups.slice(0, TRACED_MAX).map(group => tracedEvents({ ...rule, enabled: true }, group)),
    events_omitted: Math.max(0, groups.length - TRACED_MAX),
    windows: tracedWindows(decisions, calls),
  }
}

interface Group {
  readonly record: RecordedRecord
  readonly window: number | null
  last: number
}

/** Repeats of one event share its bytes. */
function groupsOf(
  records: readonly RecordedRecord[],
  windowOf: ReadonlyMap<number, number>,
): readonly Group[] {
  const groups: Group[] = []
  for (const record of records) {
    const window = windowOf.get(record.offset) ?? null
    const before = groups.at(-1)
    if (before?.record.value === record.value && before.window === window) before.last = record.offset + 1
    else groups.push({ record, window, last: record.offset + 1 })
  }
  return groups
}

function tracedEvents(rule: Rule, { record, window, last }: Group): TracedEvents {
  const event = decodeEvent(record, { topic: TEST_TOPIC, partition: 0, eventBytesMax: Infinity })
  if (event instanceof Error) throw event
  return {
    first: record.offset + 1,
    last,
    at: sinceStart(record.timestampMs - TEST_START_MS),
    event_type: event.event_type,
    explanation: explainRule(rule, event),
    window,
  }
}

function tracedWindows(decisions: readonly Decision[], calls: readonly TestCall[]): readonly TracedWindow[] {
  const left = calls.map(call => ({ call, id: newestEventId(promptOf(call)) }))
  return decisions.map((decision, index) => {
    const id = decision.events.at(-1)?.event_id
    const own: TracedCall[] = []
    while (own.length < decision.attempts) {
      const found = left.findIndex(one => one.id === id)
      const [taken] = found < 0 ? [] : left.splice(found, 1)
      if (taken === undefined) break
      own.push({ prompt: promptOf(taken.call), answer: taken.call.answer })
    }
    const [opened_at, closed_at] = [decision.opened_at, decision.closed_at].map(time =>
      sinceStart(Date.parse(time) - TEST_START_MS),
    )
    return { number: index + 1, opened_at: opened_at ?? '', closed_at: closed_at ?? '', decision, calls: own }
  })
}

function promptOf({ messages }: TestCall): string {
  return messages.find(({ role }) => role === 'user')?.content ?? ''
}

/** The prompt has an event a line, oldest first; the newest is always there. */
function newestEventId(prompt: string): string | undefined {
  const [, id] = [...prompt.matchAll(/^\{"event_id":("(?:[^"\\]|\\.)*")/gm)].at(-1) ?? []
  const parsed: unknown = id === undefined ? undefined : JSON.parse(id)
  return typeof parsed === 'string' ? parsed : undefined
}
