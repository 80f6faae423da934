import { filter, firstValueFrom, merge, mergeMap, Observable, take, throwError } from 'rxjs'
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
  let onTrouble: (problem: string) => void = () => undefined
  const trouble$ = new Observable<string>(subscriber => {
    onTrouble = problem => {
      subscriber.next(problem)
    }
  })
  const store = kafkaRuleStore(kafka, {
    read: readRule,
    // Whoever runs the rules says so in its log; a command shows those that are right.
    onFault: () => undefined,
    onTrouble: problem => {
      if (problem !== null) onTrouble(problem)
    },
  })
  const failed$ = trouble$.pipe(
    mergeMap(problem => {
      const message = `${problem}; check kafka.brokers, and whether llmtrigger topics create was run`
      return throwError(() => new PipelineError('table_unavailable', message))
    }),
  )
  const following = store.read$.subscribe()
  const close = async () => {
    following.unsubscribe()
    await store.close()
  }
  try {
    const current$ = store.read$.pipe(filter(({ isCurrent }) => isCurrent))
    await firstValueFrom(merge(failed$, current$).pipe(take(1)))
    return { store, close }
  } catch (error) {
    await close()
    throw error
  }
}
