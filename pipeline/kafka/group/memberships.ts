import { setTimeout as delay } from 'node:timers/promises'
import type Cluster from 'kafkajs/src/cluster/index.js'
import { KafkaJSError } from 'kafkajs/src/errors.js'
import { defer, ignoreElements, merge, Observable, take, tap } from 'rxjs'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from './assign-partitions.ts'
import { GroupMember } from './group-member.ts'
import type { KnownCommits } from './known-commits.ts'
import { kafkaErrorType } from '../kafka-error-type.ts'

const BACKOFF_MS_MIN = 100
const BACKOFF_MS_MAX = 5000
const GOODBYE_MS_MAX = 3000

export interface MembershipsOptions {
  readonly connect: () => Cluster
  readonly brokers: readonly string[]
  readonly groupId: string
  readonly topics: readonly string[]
  /** Of this group, kept from one membership to the next. */
  readonly commits: KnownCommits
  /** Those of the topics that certainly do not exist. */
  readonly missingTopics: (topics: readonly string[]) => Promise<readonly string[]>
  /** First emission: the group is left and the stream completes. */
  readonly leave$: Observable<unknown>
}

/** One generation of the group as one member sees it, or why there is none. */
export type Membership =
  | {
      readonly kind: 'member'
      readonly partitions: readonly TopicPartition[]
      readonly member: GroupMember
      readonly cluster: Cluster
    }
  | { readonly kind: 'lost'; readonly problem: string }

/**
 * The generations of a consumer group, one after another; each ends those before it. Where Kafka goes away the
 * membership is lost, and another one is built with new connections.
 *
 * Shape:  endless; completes after `leave$`, when the group is left. Unsubscribing leaves too, without anybody waiting.
 * Time:   joins again after 100 ms doubling to 5 s.
 * Errors: `topic_missing`, `commit_refused`; and bugs.
 */
export function memberships(options: MembershipsOptions): Observable<Membership> {
  return defer(() => {
    const leaving = new AbortController()
    const left$ = options.leave$.pipe(
      take(1),
      tap(() => {
        leaving.abort()
      }),
      ignoreElements(),
    )
    const generations$ = new Observable<Membership>(subscriber => {
      const emit = (membership: Membership): void => {
        // A join that was given up has brought nothing.
        if (!isAborted(leaving.signal)) subscriber.next(membership)
      }
      follow(options, leaving.signal, emit).then(
        () => {
          subscriber.complete()
        },
        (error: unknown) => {
          subscriber.error(error)
        },
      )
      return () => {
        leaving.abort()
      }
    })
    return merge(generations$, left$)
  })
}

async function follow(
  options: MembershipsOptions,
  signal: AbortSignal,
  emit: (membership: Membership) => void,
): Promise<void> {
  let backoffMs = BACKOFF_MS_MIN
  let memberId = ''
  while (!isAborted(signal)) {
    const cluster = options.connect()
    const member = new GroupMember({
      cluster,
      groupId: options.groupId,
      topics: options.topics,
      memberId,
      commits: options.commits,
      signal,
    })
    try {
      await cluster.connect()
      await cluster.addMultipleTargetTopics(options.topics)
      while (!isAborted(signal)) {
        const partitions = await member.join()
        backoffMs = BACKOFF_MS_MIN
        emit({ kind: 'member', partitions, member, cluster })
        await member.beat()
      }
    } catch (error) {
      emit({ kind: 'lost', problem: await explain(error, options) })
      await delay(backoffMs, undefined, { signal }).catch(ignoreAbort)
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX)
    } finally {
      await sayGoodbye(member, cluster, options)
      memberId = member.memberId
    }
  }
}

// Best effort and bounded: a broker that is gone answers neither, and the session timeout does the rest.
async function sayGoodbye(
  member: GroupMember,
  cluster: Cluster,
  { connect }: MembershipsOptions,
): Promise<void> {
  const goodbye = member
    .leave(connect)
    .then(() => cluster.disconnect())
    .catch(() => cluster.disconnect())
  await Promise.race([goodbye.catch(() => undefined), delay(GOODBYE_MS_MAX, undefined, { ref: false })])
}

// The wait is cut short by the abort, which the caller looks at itself.
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error
}

/** A function, since the type checker takes what it has seen once for constant. */
function isAborted({ aborted }: AbortSignal): boolean {
  return aborted
}

/** The words for an error of the group or of the connection; throws what trying again cannot cure. */
async function explain(
  error: unknown,
  { brokers, groupId, topics, missingTopics }: MembershipsOptions,
): Promise<string> {
  const type = kafkaErrorType(error) ?? ''
  const missing = type === 'UNKNOWN_TOPIC_OR_PARTITION' ? await missingTopics(topics) : []
  if (missing.length > 0) {
    throw new PipelineError(
      'topic_missing',
      `topic ${missing.join(', ')} does not exist; llmtrigger topics create makes those of llmtrigger`,
      { cause: error },
    )
  }
  if (type.endsWith('AUTHORIZATION_FAILED')) {
    throw new PipelineError(
      'commit_refused',
      `Kafka refuses group ${groupId} on ${topics.join(', ')}: ${type}`,
      { cause: error },
    )
  }
  if (!(error instanceof Error)) throw error
  if (!(error instanceof KafkaJSError) && isBug(error)) throw error
  return `Kafka cannot be reached at ${brokers.join(', ')}: ${error.message}`
}

function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
}
