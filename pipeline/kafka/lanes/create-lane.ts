import { setTimeout as delay } from 'node:timers/promises'
import { defer } from 'rxjs'
import type { CommitReceipt, Lane, LaneTransaction } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { commitTime } from './position/commit-time.ts'
import { commitTransaction } from './commit-transaction.ts'
import type { CommitLink, PlacedRecords } from './commit-transaction.ts'
import type { Generation, LaneOpening } from './generation.ts'
import { laneFailure } from './lane-failure.ts'
import { laneSignals } from './lane-signals.ts'
import { missingTopics } from './missing-topics.ts'
import { readJournal } from './read-journal.ts'

const COMMIT_MS_MAX = 12_000

/** What the opening has found. */
export interface LaneStart {
  readonly link: CommitLink
  readonly offset: number
  readonly metadata: string
}

/** The lane of a partition that is owned: its previous owner is fenced by now. */
export function createLane(generation: Generation, opening: LaneOpening, start: LaneStart): Lane {
  const { link, offset, metadata } = start
  const { subscription, fetches, stopping$, observer, commits } = generation
  const { at } = opening
  const { stage, journalTopic, outputs } = subscription
  const journal = journalTopic === undefined ? undefined : { topic: journalTopic, partition: at.partition }
  const reader = laneSignals({
    at,
    offset,
    fetches,
    stopping$,
    outOfRange: cause => positionLost(generation, opening, cause),
    onLag: lag => observer.lag?.(stage, at, lag),
    onIdle: () => {
      opening.progressed = true
    },
  })
  let journalEnd = 0
  return {
    ...at,
    offset,
    metadata,
    ...reader,
    readJournal: start => {
      if (journal === undefined) throw new TypeError(`stage ${stage} has no journal`)
      const explain = (error: unknown): Promise<Error> => {
        const context = failureContext(generation, at, [at.topic, journal.topic])
        return laneFailure(error, { ...context, code: 'lane_unavailable' })
      }
      const source = { ...at, offset }
      return readJournal({ cluster: generation.journals, journal, source, start, explain })
    },
    commit: transaction =>
      defer(async (): Promise<CommitReceipt> => {
        const startedMs = performance.now()
        try {
          const metadata = outputs === undefined ? transaction.metadata : commitTime.encode(Date.now())
          const placed = await withDeadline(commitTransaction(link, { ...transaction, metadata }), at)
          opening.progressed = true
          commits.raise(at, { offset: transaction.offset, metadata, atMs: Date.now() })
          observer.commitEnded?.(stage, (performance.now() - startedMs) / 1000)
          journalEnd = Math.max(journalEnd, endIn(placed, journal))
          return { journalEnd: journal === undefined ? null : journalEnd }
        } catch (error) {
          const context = failureContext(generation, at, topicsOf(at, transaction))
          throw await laneFailure(error, { ...context, code: 'commit_failed' })
        }
      }),
  }
}

/** A source goes on where its log is now; elsewhere events would be lost unseen. */
function positionLost(
  { subscription: { stage } }: Generation,
  opening: LaneOpening,
  cause: Error,
): PipelineError {
  const name = nameOf(opening.at)
  if (stage !== 'route') {
    return new PipelineError(
      'journal_gap',
      `${name} no longer holds the committed position; raise its retention`,
      { cause },
    )
  }
  opening.outOfRange = true
  return new PipelineError('lane_unavailable', `${name} no longer holds the committed position`, { cause })
}

async function withDeadline<T>(work: Promise<T>, at: TopicPartition): Promise<T> {
  const timer = new AbortController()
  const deadline = delay(COMMIT_MS_MAX, undefined, { signal: timer.signal }).then(() => {
    throw new PipelineError(
      'commit_failed',
      `lane ${nameOf(at)}: a commit has not ended in ${COMMIT_MS_MAX} ms`,
    )
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    timer.abort()
  }
}

function endIn(placed: readonly PlacedRecords[], journal: TopicPartition | undefined): number {
  const inJournal = placed.filter(one => one.topic === journal?.topic && one.partition === journal.partition)
  return Math.max(0, ...inJournal.map(({ endOffset }) => endOffset))
}

function failureContext({ producers }: Generation, at: TopicPartition, topics: readonly string[]) {
  return { lane: nameOf(at), missingTopics: () => missingTopics(producers, topics) }
}

function topicsOf(at: TopicPartition, { records }: LaneTransaction): string[] {
  return [at.topic, ...new Set(records.map(({ topic }) => topic))]
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
