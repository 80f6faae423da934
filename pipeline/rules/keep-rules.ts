import {
  catchError,
  concatMap,
  connect,
  defer,
  exhaustMap,
  filter,
  ignoreElements,
  merge,
  type Observable,
  EMPTY,
  retry,
  type SchedulerLike,
  startWith,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs'
import type { FollowedRules } from '../../operators/rules/followed-rules.ts'
import type { FollowedStore, RulesRead } from '../../operators/rules/followed-store.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import { type SeedPlan, seedRules } from './seed-rules.ts'

export interface KeepRulesOptions {
  readonly store: FollowedStore
  readonly live: FollowedRules
  /** Of the configuration. */
  readonly files: readonly Rule[]
  /** Those of the rules that lanes of this process may have. */
  readonly runnable: (rules: Iterable<Rule>) => readonly Rule[]
  readonly clock: SchedulerLike
  readonly onSeeded: (plan: SeedPlan) => void
  /** The rules of files cannot be written now; it is tried again. */
  readonly onTrouble: (problem: string) => void
  readonly onChanged: () => void
}

const RETRY_MS = 1000

/**
 * Follows the rules of the deployment, and writes those of files where nobody has changed them since.
 *
 * Shape:  endless; emits once, when every rule is known and those of files are among them.
 * Time:   waits for Kafka as long as it takes.
 * Errors: bugs only.
 */
export function keepRules(options: KeepRulesOptions): Observable<unknown> {
  const { store, live, runnable, onChanged } = options
  return defer(() => {
    let known = 0
    const takeUp = (look: RulesRead) => {
      known = look.offset
      live.take(look.hasChanged ? runnable(store.rules.values()) : [], look)
      if (look.hasChanged) onChanged()
    }
    return store.read$.pipe(
      connect(reads$ =>
        merge(
          reads$.pipe(tap(takeUp), ignoreElements()),
          reads$.pipe(
            filter(({ isCurrent }) => isCurrent),
            take(1),
            concatMap(() => seed(options)),
            concatMap(() => inForce(live, known)),
          ),
          reads$.pipe(
            filter(({ isCurrent }) => isCurrent && store.unversioned.size > 0),
            exhaustMap(() => sayVersions(store)),
          ),
        ),
      ),
    )
  })
}

/** Emits once, when the rules of files are written or need not be. */
function seed({ store, files, clock, onSeeded, onTrouble }: KeepRulesOptions): Observable<unknown> {
  let plan: SeedPlan | null = null
  const written$ = store.change(rules => {
    plan = seedRules(files, rules, clock.now())
    return plan.writes
  })
  return written$.pipe(
    retry({
      delay: (error: unknown) => {
        if (!(error instanceof PipelineError) || !error.retryable) return throwError(() => error)
        onTrouble(error.message)
        return timer(RETRY_MS, clock)
      },
    }),
    tap(() => {
      if (plan !== null) onSeeded(plan)
    }),
  )
}

/** Emits once, when the rules up to this offset are compiled. */
function inForce(live: FollowedRules, offset: number): Observable<unknown> {
  return live.moved$.pipe(
    startWith(null),
    filter(() => live.offset >= offset),
    take(1),
  )
}

/** Writes the versions that this process has given: whoever begins later, after compaction, could not know them. */
function sayVersions(store: FollowedStore): Observable<never> {
  return defer(() =>
    store.change(rules =>
      [...store.unversioned].flatMap(ruleId => {
        const rule = rules.get(ruleId)
        return rule === undefined ? [] : [{ ruleId, rule }]
      }),
    ),
  ).pipe(
    ignoreElements(),
    catchError((error: unknown) => {
      if (error instanceof PipelineError) return EMPTY
      throw error
    }),
  )
}
