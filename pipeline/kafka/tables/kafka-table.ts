import type { Producer } from 'kafkajs'
import { KafkaJSOffsetOutOfRange } from 'kafkajs/src/errors.js'
import {
  BehaviorSubject,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  from,
  ignoreElements,
  type Observable,
  retry,
  take,
  throwError,
  timeout,
  timer,
} from 'rxjs'
import type { KeptTable, TableChange, TableOptions } from '../../../operators/keeping/kept-table.ts'
import { TableKeys } from '../../../operators/keeping/table-keys.ts'
import type { Config } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { kafkaClient } from '../kafka-client.ts'
import { kafkaCluster } from '../kafka-cluster.ts'
import type { KafkaLog } from '../kafka-settings.ts'
import { type FollowedSlice, followPartition } from './follow-partition.ts'

const RETRY_MS = 1000
/** Longest that a write may take, until it has come back. */
const WRITE_MS_MAX = 10_000

export interface KafkaTableOptions extends TableOptions {
  readonly config: Config['kafka']
  /** It has one partition, and is compacted. */
  readonly topic: string
  readonly log?: KafkaLog
  /** It cannot be read, so that changes of others are late; null when it can again. */
  readonly onTrouble: (problem: string | null) => void
}

/** A table on a compacted topic. Its connections are there as long as `changes$` is subscribed to. */
export function kafkaTable(options: KafkaTableOptions): KeptTable {
  const { config, log } = options
  const keys = new TableKeys(options)
  const position$ = new BehaviorSubject(0)
  let producer: Producer | null = null

  const write = (key: string, value: string | null): Observable<never> => {
    if (producer === null) return throwError(() => unavailable('nobody follows it'))
    const refused = value === null ? null : keys.refusal(key, value)
    if (refused !== null) return throwError(() => refused)
    return from(send(producer, options.topic, { key, value })).pipe(
      concatMap(offset =>
        position$.pipe(
          filter(position => position > offset),
          take(1),
        ),
      ),
      ignoreElements(),
      timeout({
        first: WRITE_MS_MAX,
        with: () => throwError(() => unavailable('the write has not come back')),
      }),
    )
  }
  return {
    changes$: defer(() => {
      const opened = kafkaClient(config, 'producer', log).producer({ allowAutoTopicCreation: false })
      producer = opened
      return changesOf(options, keys, position$).pipe(
        finalize(() => {
          producer = null
          opened.disconnect().catch(() => undefined)
        }),
      )
    }),
    put: (key, value) => defer(() => write(key, JSON.stringify(value))),
    remove: key => defer(() => write(key, null)),
  }
}

function changesOf(
  { config, topic, log = () => undefined, onTrouble }: KafkaTableOptions,
  keys: TableKeys,
  position$: BehaviorSubject<number>,
): Observable<TableChange> {
  let offset: number | undefined
  let end: number | undefined
  let isCurrent = false
  let isInTrouble = false

  function* changesIn(slice: FollowedSlice): Generator<TableChange> {
    if (isInTrouble) onTrouble(null)
    isInTrouble = false
    for (const record of slice.records) {
      const change = keys.read(record)
      if (change !== null) yield change
    }
    offset = slice.nextOffset
    // To where it ended at first, behind transactions that were open then: what was written before has come.
    end ??= slice.end
    if (!isCurrent && offset >= end) {
      isCurrent = true
      yield { kind: 'current' }
    }
  }
  keys.clear()
  const slices$ = defer(() =>
    followPartition({ connect: () => kafkaCluster(config, log), topic, partition: 0, offset }),
  )
  const arrived$ = defer(() => {
    position$.next(offset ?? 0)
    return EMPTY
  })
  return slices$.pipe(
    concatMap(slice => concat(changesIn(slice), arrived$)),
    retry({
      delay: (error: unknown) => {
        if (error instanceof TypeError) throw error
        // The topic was made anew: what it holds now is all that there is.
        if (error instanceof KafkaJSOffsetOutOfRange) {
          offset = undefined
          keys.clear()
        }
        if (!isInTrouble)
          onTrouble(`${topic} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
        isInTrouble = true
        return timer(RETRY_MS)
      },
    }),
  )
}

/** The offset of the record. */
async function send(
  producer: Producer,
  topic: string,
  record: { readonly key: string; readonly value: string | null },
): Promise<number> {
  try {
    await producer.connect()
    const answers = await producer.send({ topic, acks: -1, messages: [{ ...record, partition: 0 }] })
    const answer = answers.find(({ partition }) => partition === 0)
    if (answer?.errorCode === 0 && answer.baseOffset !== undefined) return Number(answer.baseOffset)
  } catch (error) {
    if (error instanceof TypeError) throw error
    throw unavailable(`${topic} cannot be written to`, error)
  }
  throw unavailable(`${topic}: the broker has not acknowledged the record`)
}

function unavailable(message: string, cause?: unknown): PipelineError {
  return new PipelineError('table_unavailable', message, { cause })
}
