import { filter, firstValueFrom, lastValueFrom, map, merge, share, Subject, takeUntil } from 'rxjs'
import type { RuleStore } from '../../operators/rules/rule-store.ts'
import type { Config } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { kafkaRuleStore } from '../kafka/tables/kafka-rule-store.ts'
import { readRule } from './read-rule.ts'

export interface OpenedRuleStore {
  readonly store: RuleStore
  close(): Promise<void>
}

/** The rules of a deployment for a command, read whole; fails with `table_unavailable` where Kafka or the topic is not there. */
export async function openRuleStore({ kafka }: Config): Promise<OpenedRuleStore> {
  const problem$ = new Subject<string | null>()
  const closed$ = new Subject<void>()
  const store = kafkaRuleStore(kafka, {
    read: readRule,
    // Whoever runs the rules says so in its log; a command shows those that are right.
    onFault: () => undefined,
    onTrouble: problem => {
      problem$.next(problem)
    },
  })
  const read$ = store.read$.pipe(
    filter(({ isCurrent }) => isCurrent),
    takeUntil(closed$),
    share(),
  )
  const close = async () => {
    closed$.next()
    await Promise.all([store.close(), followed])
  }
  const known = firstValueFrom(merge(read$, problem$.pipe(map(refuse))))
  const followed = lastValueFrom(read$, { defaultValue: null })
  try {
    await known
    return { store, close }
  } catch (error) {
    await close()
    throw error
  }
}

function refuse(problem: string | null): never {
  const hint = 'check kafka.brokers, and whether llmtrigger topics create was run'
  throw new PipelineError('table_unavailable', `${problem ?? 'the rules cannot be read'}; ${hint}`)
}
