import {
  catchError,
  concat,
  concatMap,
  EMPTY,
  exhaustMap,
  ignoreElements,
  type Observable,
  reduce,
  type SchedulerLike,
  takeWhile,
  tap,
  timer,
} from 'rxjs'
import { entriesOf } from '../../operators/keeping/entries-of.ts'
import type { KeptTable, TableChange } from '../../operators/keeping/kept-table.ts'
import { type ModelLimits, modelLimitsSchema } from '../../schemas/model-limits.ts'
import type { LiveModel } from './live-model.ts'

/** Of the keys of what was learned of limits. */
const LEARNED_PREFIX = 'learned/'
const EVERY_MS = 10_000

export interface KeepLearnedOptions {
  readonly table: Pick<KeptTable, 'put' | 'remove'>
  readonly models: ReadonlyMap<string, LiveModel>
  readonly clock: SchedulerLike
  readonly onFault: (key: string, reason: string) => void
}

/**
 * Keeps what the models learn of their limits: the next process begins with it.
 *
 * Shape:  takes up what the table held when it was first read, then writes what has changed; emits nothing.
 * Time:   looks every 10 s.
 * State:  what the table has of each model.
 * Errors: none of its own: what cannot be written now is written with the next look.
 */
export function keepLearned(
  changes$: Observable<TableChange>,
  { table, models, clock, onFault }: KeepLearnedOptions,
): Observable<never> {
  const learned = new Map<string, ModelLimits['limits']>()
  const write = (model: LiveModel) => {
    const { name, gate } = model
    const kept = gate.limits.snapshot()
    if (JSON.stringify(kept.limits) === JSON.stringify(learned.get(name) ?? {})) return EMPTY
    const key = `${LEARNED_PREFIX}${name}`
    const isNothing = Object.keys(kept.limits).length === 0
    return (isNothing ? table.remove(key) : table.put(key, kept)).pipe(
      tap({ complete: () => learned.set(name, kept.limits) }),
      catchError(() => EMPTY),
    )
  }
  return changes$.pipe(
    takeWhile(({ kind }) => kind !== 'current'),
    entriesOf({ prefix: LEARNED_PREFIX, schema: modelLimitsSchema, onFault }),
    // A value may have been replaced since: the last one counts.
    reduce((entries, { key, value }) => entries.set(key, value), new Map<string, ModelLimits | null>()),
    tap(entries => {
      for (const [name, value] of entries) {
        if (value === null) continue
        learned.set(name, value.limits)
        models.get(name)?.gate.restore(value)
      }
    }),
    concatMap(() => timer(EVERY_MS, EVERY_MS, clock)),
    exhaustMap(() => concat(...[...models.values()].map(write))),
    ignoreElements(),
  )
}
