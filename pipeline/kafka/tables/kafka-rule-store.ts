import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { KafkaJSError } from 'kafkajs/src/errors.js'
import {
  BehaviorSubject,
  concatMap,
  defer,
  filter,
  firstValueFrom,
  type Observable,
  share,
  take,
  timeout,
  TimeoutError,
} from 'rxjs'
import type { FollowedStore, RulesRead } from '../../../operators/rules/followed-store.ts'
import { RuleBook, type RuleBookOptions } from '../../../operators/rules/rule-book.ts'
import type { RuleStore, RuleWrite } from '../../../operators/rules/rule-store.ts'
import type { Config } from '../../../schemas/config.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { topicsOf } from '../../topics-of.ts'
import { type FollowTableOptions, followTable, type TableSlice } from './follow-table.ts'
import { RuleTopicWriter } from './rule-topic-writer.ts'
import { writeMark } from './write-mark.ts'

export type KafkaRuleStoreOptions = Omit<RuleBookOptions, 'rulesMax'> &
  Partial<Pick<RuleBookOptions, 'rulesMax'>> &
  Pick<FollowTableOptions, 'log' | 'onTrouble'>

export interface KafkaRuleStore extends FollowedStore {
  /** Ends the writer's connections: what is being written may have taken effect or not. */
  close(): Promise<void>
}

interface Tried {
  /** Null: nothing was written yet, and no record is of it, whatever mark others write. */
  readonly mark: string | null
  readonly hasArrived: boolean
}

const nothingTried: Tried = { mark: null, hasArrived: false }

/** Checking one takes about a tenth of a millisecond. */
const RECORDS_PER_TURN = 10
/** Longest that a change may take, other writers and their turns counted. */
const CHANGE_MS_MAX = 15_000
/** Between two tries where another writer came first; a random part of it, so that two do not meet again. */
const RETRY_MS = 100

/** Most rules of a deployment. */
const RULES_MAX = 10_000

/** The rules of a deployment on their compacted topic; its connections are there as long as `read$` is subscribed to. */
export function kafkaRuleStore(config: Config['kafka'], options: KafkaRuleStoreOptions): KafkaRuleStore {
  const { rules: topic } = topicsOf(config.topic_prefix)
  return new RuleTopic({ rulesMax: RULES_MAX, ...options, config, topic })
}

class RuleTopic implements FollowedStore {
  readonly rules: ReadonlyMap<string, Rule>
  readonly read$: Observable<RulesRead>
  readonly #book: RuleBook
  readonly #writer: RuleTopicWriter
  readonly #position$ = new BehaviorSubject(0)
  #changing: Promise<unknown> = Promise.resolve()
  #isClosed = false
  /** The try that is under way, and whether it has come back. */
  #tried: Tried = nothingTried

  constructor(options: RuleBookOptions & FollowTableOptions) {
    this.#book = new RuleBook(options)
    this.#writer = new RuleTopicWriter(options)
    this.rules = this.#book.rules
    this.read$ = defer(() => {
      this.#book.clear()
      return followTable(options)
    }).pipe(
      concatMap(slice => this.#read(slice)),
      share(),
    )
  }

  get unversioned(): ReadonlySet<string> {
    return this.#book.unversioned
  }

  change(write: Parameters<RuleStore['change']>[0]): Observable<readonly RuleWrite[]> {
    return defer(() => {
      // One after the other: two at a time would fence each other.
      const changed = this.#changing.then(() => this.#change(write))
      this.#changing = changed.catch(() => undefined)
      return changed
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#writer.close()
  }

  async #read({ records, offset, end, isCurrent, isAnew }: TableSlice): Promise<RulesRead> {
    if (isAnew) this.#book.clear()
    let hasChanged = isAnew
    for (const [n, record] of records.entries()) {
      // Lanes of this process must not stand still while thousands of rules are read.
      if (n % RECORDS_PER_TURN === RECORDS_PER_TURN - 1) await nextTurn()
      if (this.#book.read(record)) hasChanged = true
      const { mark } = this.#tried
      if (mark !== null && writeMark.decode(record) === mark) this.#tried = { mark, hasArrived: true }
    }
    this.#position$.next(offset)
    return { offset, end, isCurrent, hasChanged }
  }

  async #change(write: Parameters<RuleStore['change']>[0]): Promise<readonly RuleWrite[]> {
    const deadlineMs = performance.now() + CHANGE_MS_MAX
    let writes: readonly RuleWrite[] = []
    this.#tried = nothingTried
    for (;;) {
      try {
        await this.#reach(await this.#writer.begin())
        // What became of the try before is certain only now.
        if (this.#tried.hasArrived) return writes
        writes = write(this.rules)
        if (writes.length > 0) await this.#write(writes)
        return writes
      } catch (error) {
        if (!isPassing(error)) throw error
        await this.#writer.close()
        if (this.#isClosed || performance.now() > deadlineMs) throw unavailable(error)
        await delay(Math.random() * RETRY_MS)
      }
    }
  }

  async #write(writes: readonly RuleWrite[]): Promise<void> {
    const refused = this.#book.refusal(writes)
    if (refused !== null) throw refused
    const mark = randomUUID()
    this.#tried = { mark, hasArrived: false }
    await this.#reach(await this.#writer.write(writes, mark))
  }

  async #reach(end: number): Promise<void> {
    const reached$ = this.#position$.pipe(
      filter(position => position >= end),
      take(1),
      timeout({ first: CHANGE_MS_MAX }),
    )
    await firstValueFrom(reached$)
  }
}

/** What passes: another writer came first, or Kafka is away for a moment. What `write` refuses does not. */
function isPassing(error: unknown): boolean {
  if (error instanceof PipelineError) return error.code === 'writer_fenced' || error.code === 'commit_failed'
  return error instanceof KafkaJSError || error instanceof TimeoutError
}

function unavailable(cause: unknown): PipelineError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new PipelineError('table_unavailable', `the rules cannot be written now: ${why}`, { cause })
}
