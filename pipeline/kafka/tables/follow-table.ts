import { KafkaJSOffsetOutOfRange } from 'kafkajs/src/errors.js'
import { defer, map, type Observable, retry, timer } from 'rxjs'
import type { LogRecord } from '../../../operators/lanes/lane.ts'
import type { Config } from '../../../schemas/config.ts'
import { kafkaCluster } from '../kafka-cluster.ts'
import type { KafkaLog } from '../kafka-settings.ts'
import { type FollowedSlice, followPartition } from './follow-partition.ts'

const RETRY_MS = 1000

export interface FollowTableOptions {
  readonly config: Config['kafka']
  /** It has one partition, and is compacted. */
  readonly topic: string
  readonly log?: KafkaLog
  /** It cannot be read, so that changes of others are late; null when it can again. */
  readonly onTrouble: (problem: string | null) => void
}

export interface TableSlice {
  readonly records: readonly LogRecord[]
  /** The offset that follows. */
  readonly offset: number
  /** The end of the log when this was fetched, transactions that are open in it counted. */
  readonly end: number
  /** All that the table held when the reading began has come. */
  readonly isCurrent: boolean
  /** The topic was made anew: what it holds now is all that there is. */
  readonly isAnew: boolean
}

/**
 * Reads the log of a table from its start, and goes on at its end.
 *
 * Shape:  endless; a slice for each fetch, at least one a second.
 * Time:   waits for Kafka as long as it takes.
 * State:  connections of its own, until it is unsubscribed from.
 * Errors: bugs only.
 */
export function followTable(options: FollowTableOptions): Observable<TableSlice> {
  return defer(() => {
    const { config, topic, log = () => undefined } = options
    const trouble = new Trouble(options)
    let offset: number | undefined
    let end: number | undefined
    let isAnew = false

    const toSlice = ({ records, nextOffset, end: endNow }: FollowedSlice): TableSlice => {
      trouble.ends()
      offset = nextOffset
      // To where it ended at first, behind transactions that were open then: what was written before has come.
      end ??= endNow
      const slice = { records, offset, end: endNow, isCurrent: offset >= end, isAnew }
      isAnew = false
      return slice
    }
    return defer(() =>
      followPartition({ connect: () => kafkaCluster(config, log), topic, partition: 0, offset }),
    ).pipe(
      map(toSlice),
      retry({
        delay: (error: unknown) => {
          if (error instanceof TypeError) throw error
          if (error instanceof KafkaJSOffsetOutOfRange) {
            offset = undefined
            isAnew = true
          }
          trouble.begins(error)
          return timer(RETRY_MS)
        },
      }),
    )
  })
}

/** Tells once that it has begun, and once that it is over. */
class Trouble {
  private isThere = false
  private readonly options: FollowTableOptions

  constructor(options: FollowTableOptions) {
    this.options = options
  }

  begins(error: unknown): void {
    const { topic, onTrouble } = this.options
    const cause = error instanceof Error ? error.message : String(error)
    if (!this.isThere) onTrouble(`${topic} cannot be read: ${cause}`)
    this.isThere = true
  }

  ends(): void {
    if (this.isThere) this.options.onTrouble(null)
    this.isThere = false
  }
}
