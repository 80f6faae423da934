import { z } from 'zod'
import { outcomes } from '../../schemas/outcomes.ts'
import type { Answer, AskedRequest, HttpRoute, RouteDescription } from '../http/http-route.ts'
import { problemAnswer } from '../http/problem-answer.ts'
import type { DecisionFeed } from './decision-feed.ts'
import { DecisionStream, type StreamBounds } from './decision-stream.ts'
import { decodePositions } from './decode-positions.ts'
import type { TopicLog } from './topic-log.ts'

export interface StreamRoutesOptions {
  readonly feed: DecisionFeed
  readonly log: TopicLog
  /** Of the topic. */
  readonly partitions: number
  /** Most clients at once. */
  readonly clientsMax: number
  readonly bounds: StreamBounds
}

export interface StreamRoutes {
  readonly routes: readonly HttpRoute[]
  /** Ends every stream; resolves when their clients have all of it, or after a second. */
  close(): Promise<void>
}

const RETRY_SECONDS = 10
const CLOSE_MS_MAX = 1000

const querySchema = z.object({
  rule_id: z.string().min(1).optional().describe('Only decisions of this rule.'),
  outcome: z.enum(outcomes).optional().describe('Only decisions with this outcome.'),
})

const describe: RouteDescription = {
  id: 'streamDecisions',
  summary: 'The decisions of the deployment as they are made, as server-sent events',
  query: querySchema,
  headers: {
    'Last-Event-ID': 'The id of the last event that a client had: what it missed since comes first.',
  },
  answers: {
    200: {
      about:
        'Events decision, each the whole decision, and dropped, with a count, for a client that is too slow.',
      type: 'text/event-stream',
    },
  },
  problems: [503],
}

/** `/decisions/stream`: the decisions of the deployment as they are made. */
export function streamRoutes({ partitions, clientsMax, ...options }: StreamRoutesOptions): StreamRoutes {
  const streams = new Set<DecisionStream>()
  let isClosed = false

  const open = ({ query, headers }: AskedRequest): Answer => {
    const asked = querySchema.safeParse(query)
    if (!asked.success) return malformed(`rule_id is an id, and outcome one of ${outcomes.join(', ')}`)
    const after = afterOf(headers['last-event-id'], partitions)
    if (after === null) return malformed('Last-Event-ID is the id of an event of this stream')
    if (isClosed || streams.size >= clientsMax) return full(clientsMax)
    const { rule_id: ruleId, outcome } = asked.data
    const stream = new DecisionStream({ ...options, ruleId, outcome, after })
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    // A proxy that collects an answer before it passes it on would hold back what is live.
    return { status: 200, type: 'text/event-stream', body: stream, headers: { 'x-accel-buffering': 'no' } }
  }
  return {
    routes: [{ path: '/decisions/stream', methods: { GET: { describe, answer: open } } }],
    close: async () => {
      isClosed = true
      const closed = [...streams].map(stream => new Promise(resolve => stream.once('close', resolve)))
      for (const stream of streams) stream.finish()
      const { promise: late, resolve } = Promise.withResolvers<null>()
      const deadline = setTimeout(() => resolve(null), CLOSE_MS_MAX)
      await Promise.race([Promise.all(closed), late])
      clearTimeout(deadline)
      for (const stream of streams) stream.destroy()
    },
  }
}

/** Undefined where a client has had none; null where that is none of ours. */
function afterOf(last: unknown, partitions: number): readonly number[] | null | undefined {
  if (typeof last !== 'string' || last === '') return undefined
  const positions = decodePositions(last)
  return positions?.length === partitions ? positions : null
}

function full(clientsMax: number): Answer {
  return problemAnswer({
    status: 503,
    code: 'busy',
    detail: `${clientsMax} streams are open here at most; try again later, or at another process`,
    headers: { 'retry-after': `${RETRY_SECONDS}` },
  })
}

function malformed(detail: string): Answer {
  return problemAnswer({ status: 400, code: 'malformed', detail })
}
