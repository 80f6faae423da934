import { z } from 'zod'
import type { OpenWindow } from '../../operators/windows/window-book.ts'
import { decodePositions } from '../history/decode-positions.ts'
import { encodePositions } from '../history/encode-positions.ts'
import type { Answer, AskedRequest, HttpRoute, RouteDescription } from '../http/http-route.ts'
import { pageQuerySchema } from '../http/list-page.ts'
import { pageSchema } from '../http/page-schema.ts'
import { problemAnswer } from '../http/problem-answer.ts'
import { laneDocument, laneSchema } from './lane-document.ts'
import type { LaneWatch, WatchedLane } from './lane-watch.ts'
import { windowDocument, windowSchema } from './window-document.ts'

export interface WindowRoutesOptions {
  readonly watch: LaneWatch
  /** Epoch milliseconds. */
  readonly now: () => number
}

const querySchema = pageQuerySchema.extend({
  rule_id: z.string().min(1).optional().describe('Only windows of this rule.'),
})

const describe: RouteDescription = {
  id: 'listWindows',
  summary: 'Open windows of this process, and what keeps each of its lanes from committing further',
  query: querySchema,
  answers: {
    200: {
      about: 'The windows by lane and age, and all lanes.',
      schema: pageSchema(windowSchema).extend({ lanes: z.array(laneSchema) }),
    },
  },
}

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
        items: shown.map(({ partition, window }) => windowDocument(window, partition, nowMs)),
        next_cursor: last === undefined ? null : encodePositions([last.partition, last.window.firstOffset]),
        lanes: watch.lanes.map(lane => laneDocument(lane, nowMs)),
      },
    }
  }
  return [{ path: '/windows', methods: { GET: { describe, answer: page } } }]
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

const malformed = problemAnswer({
  status: 400,
  code: 'malformed',
  detail: 'limit is 1 to 1000, cursor the next_cursor of an answer, and rule_id an id',
})
