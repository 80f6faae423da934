import { z } from 'zod'
import type { TopicPartition } from './assign-partitions.ts'

/** Most partitions that are remembered; a member beyond them goes by what the broker says alone. */
export const PARTITIONS_KNOWN_MAX = 10_000

/**
 * Most partitions that a member tells the others of, those of the newest commits. What all members say is one record of the
 * group, and a broker takes no more than 1 MiB by default.
 */
export const PARTITIONS_TOLD_MAX = 200

export interface KnownCommit {
  readonly offset: number
  readonly metadata: string
  /**
   * When whoever committed it saw that done, by its own clock in epoch milliseconds: what follows from later commits was written
   * after that. Null where nobody says.
   */
  readonly atMs: number | null
}

const toldSchema = z.record(
  z.string(),
  z.object({
    offset: z.int().nonnegative(),
    metadata: z.string(),
    // Earlier versions tell none.
    atMs: z.int().nonnegative().nullable().default(null),
  }),
)

/**
 * The newest committed position of each partition that this member of a group has seen, or was told by the others.
 *
 * A broker that was killed can answer for minutes with positions that are long past (Kafka 4.1.1: the coordinator's state after
 * an unclean restart, at a snapshot every 16,384 records of `__consumer_offsets`). A source read again from there would be
 * routed and judged twice. So members tell each other at every join what they know, and a lane never begins before it.
 */
export class KnownCommits {
  readonly #known = new Map<string, KnownCommit>()

  get size(): number {
    return this.#known.size
  }

  of({ topic, partition }: TopicPartition): KnownCommit | undefined {
    return this.#known.get(`${topic}/${partition}`)
  }

  /** Positions only grow: an older one says nothing new. */
  raise({ topic, partition }: TopicPartition, commit: KnownCommit): void {
    this.#raise(`${topic}/${partition}`, commit)
  }

  forget({ topic, partition }: TopicPartition): void {
    this.#known.delete(`${topic}/${partition}`)
  }

  /** What was told may be of another version of this program: what is not understood is passed over. */
  hear(told: Buffer): void {
    for (const [name, commit] of Object.entries(parse(told))) this.#raise(name, commit)
  }

  /** For the others, at a join. */
  tell(): Buffer {
    return encode([...this.#known].slice(-PARTITIONS_TOLD_MAX))
  }

  /** For the member that gets these partitions: of them, and of others, which it may get next. */
  tellOf(partitions: readonly TopicPartition[]): Buffer {
    const names = new Set(partitions.map(({ topic, partition }) => `${topic}/${partition}`))
    const own = [...this.#known].filter(([name]) => names.has(name))
    const others = [...this.#known].filter(([name]) => !names.has(name))
    return encode([...own, ...others.slice(-PARTITIONS_TOLD_MAX)])
  }

  #raise(name: string, { offset, metadata, atMs }: KnownCommit): void {
    const known = this.#known.get(name)
    if (known === undefined && this.#known.size >= PARTITIONS_KNOWN_MAX) return
    if (known !== undefined && known.offset >= offset) return
    // Behind all others, so that the newest are told.
    this.#known.delete(name)
    this.#known.set(name, { offset, metadata, atMs })
  }
}

function encode(commits: readonly (readonly [string, KnownCommit])[]): Buffer {
  return Buffer.from(JSON.stringify(Object.fromEntries(commits)))
}

function parse(told: Buffer): Readonly<Record<string, KnownCommit>> {
  if (told.length === 0) return {}
  try {
    return toldSchema.safeParse(JSON.parse(told.toString())).data ?? {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
