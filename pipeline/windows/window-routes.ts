import { z } from 'zod'
import { isoTime } from '../../operators/lanes/iso-time.ts'
import { modeOf } from '../../operators/windows/mode-of.ts'
import type { OpenWindow } from '../../operators/windows/window-book.ts'
import { decodePositions } from '../history/decode-positions.ts'
import { encodePositions } from '../history/encode-positions.ts'
import type { Answer, AskedRequest, HttpRoute } from '../http/http-route.ts'
import { problemAnswer } from '../http/problem-answer.ts'
import type { LaneWatch, WatchedLane } from './lane-watch.ts'

export interface WindowRoutesOptions {
  readonly watch: LaneWatch
  /** Epoch milliseconds. */
  readonly now: () => number
}

const LIMIT_MAX = 1000

const querySchema = z.object({
  rule_id: z.string().min(1).optional(),
  cursor: z.string().optional(),
  limit: z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(1).max(LIMIT_MAX)).default(100),
})

/** `/windows`: the open windows of this process's lanes, and what keeps each lane from committing further. */
export function windowRoutes({ watch, now }: WindowRoutesOptions): readonly HttpRoute[] {
  const page = ({ query }: AskedRequest): Answer => {
    const asked = querySchema.safeParse(query)
    const after =
      asked.success && asked.data.cursor !== undefined ? decodePositions(asked.data.cursor) : [-1, -1]
    if (!asked.success || after?.length !== 2) return malformed
    const nowMs = now()
    const { limit, rule_id: ruleId } = asked.data
    // One more than there is room for: whether there is another page.
    const found = take(windowsAfter(watch.lanes, after, ruleId), limit + 1)
    const shown = found.slice(0, limit)
    const last = found.length > limit ? shown.at(-1) : undefined
    return {
      status: 200,
      body: {
        items: shown.map(place => windowDocument(place, nowMs)),
        next_cursor: last === undefined ? null : encodePositions([last.partition, last.window.firstOffset]),
        lanes: watch.lanes.map(lane => laneDocument(lane, nowMs)),
      },
    }
  }
  return [{ path: '/windows', methods: { GET: page } }]
}

interface PlacedWindow {
  readonly partition: number
  readonly window: OpenWindow
}

/** By partition, and in a lane by age, which is the order of the first offsets. */
function* windowsAfter(
  lanes: readonly WatchedLane[],
  [afterPartition = -1, afterOffset = -1]: readonly number[],
  ruleId: string | undefined,
): Generator<PlacedWindow> {
  for (const lane of lanes) {
    const { partition } = lane
    if (partition < afterPartition) continue
    const fromOffset = partition === afterPartition ? afterOffset + 1 : 0
    for (const window of lane.windows()) if (isWanted(window, fromOffset, ruleId)) yield { partition, window }
  }
}

function isWanted(
  { rule, firstOffset }: OpenWindow,
  fromOffset: number,
  ruleId: string | undefined,
): boolean {
  return firstOffset >= fromOffset && (ruleId === undefined || rule.rule_id === ruleId)
}

function take<T>(items: Iterable<T>, count: number): readonly T[] {
  const taken: T[] = []
  for (const item of items) {
    taken.push(item)
    if (taken.length >= count) break
  }
  return taken
}

function windowDocument({ partition, window }: PlacedWindow, nowMs: number) {
  const { rule, key, held, openedAtMs, dueMs } = window
  return {
    rule_id: rule.rule_id,
    rule_version: rule.metadata.version,
    key,
    mode: modeOf(rule),
    events: held.length,
    size: rule.rule_config.llm_config?.batch_size ?? null,
    opened_at: isoTime(openedAtMs),
    due_at: isoTime(dueMs),
    closes_in_seconds: secondsOf(dueMs - nowMs),
    partition,
  }
}

function laneDocument(lane: WatchedLane, nowMs: number) {
  const { partition, watermark, position, openWindows, judgingWindows, holder } = lane
  return {
    partition,
    watermark: `${watermark}`,
    position: `${position}`,
    open_windows: openWindows,
    judging_windows: judgingWindows,
    held_by: holder && {
      rule_id: holder.ruleId,
      key: holder.key,
      offset: `${holder.offset}`,
      state: holder.isOpen ? 'open' : 'judging',
      arrived_at: isoTime(holder.arrivedAtMs),
      age_seconds: secondsOf(nowMs - holder.arrivedAtMs),
    },
  }
}

/** Never below zero, where clocks do not agree or something is late. */
function secondsOf(ms: number): number {
  return Math.max(0, ms) / 1000
}

const malformed = problemAnswer({
  status: 400,
  code: 'malformed',
  detail: 'limit is 1 to 1000, cursor the next_cursor of an answer, and rule_id an id',
})
