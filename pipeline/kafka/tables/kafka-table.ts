import type { Producer } from 'kafkajs'
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
  take,
  throwError,
  timeout,
} from 'rxjs'
import type { KeptTable, TableChange, TableOptions } from '../../../operators/keeping/kept-table.ts'
import { TableKeys } from '../../../operators/keeping/table-keys.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { kafkaClient } from '../kafka-client.ts'
import { type FollowTableOptions, followTable, type TableSlice } from './follow-table.ts'

/** Longest that a write may take, until it has come back. */
const WRITE_MS_MAX = 10_000

export type KafkaTableOptions = TableOptions & FollowTableOptions

/** A table on a compacted topic. Its connections are there as long as `changes$` is subscribed to. */
export function kafkaTable(options: KafkaTableOptions): KeptTable {
  const { config, log } = options
  const keys = new TableKeys(options)
  const position$ = new BehaviorSubject(0)
  let producer: Producer | null = null

  const write = (key: string, value: string | null): Observable<never> => {
    if (producer === null) return throwError(() => unavailable('nobody follows it'))
    const refused = keys.refusal(new Map([[key, value]]))
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
  options: KafkaTableOptions,
  keys: TableKeys,
  position$: BehaviorSubject<number>,
): Observable<TableChange> {
  let wasCurrent = false

  function* changesIn({ records, isCurrent, isAnew }: TableSlice): Generator<TableChange> {
    if (isAnew) keys.clear()
    for (const record of records) {
      const change = keys.read(record)
      if (change !== null) yield change
    }
    if (isCurrent && !wasCurrent) {
      wasCurrent = true
      yield { kind: 'current' }
    }
  }
  keys.clear()
  return followTable(options).pipe(
    concatMap(slice =>
      concat(
        changesIn(slice),
        defer(() => {
          position$.next(slice.offset)
          return EMPTY
        }),
      ),
    ),
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
