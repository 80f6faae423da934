import { connect, filter, ignoreElements, merge, type Observable, type SchedulerLike, take, tap } from 'rxjs'
import { entriesOf } from '../../operators/keeping/entries-of.ts'
import type { KeptTable } from '../../operators/keeping/kept-table.ts'
import { modelSettingsSchema } from '../../schemas/model-config.ts'
import { keepLearned } from './keep-learned.ts'
import { keepSpending, type KeepSpendingOptions } from './keep-spending.ts'
import type { LiveModel } from './live-model.ts'

/** Of the keys of what people have changed. */
export const SETTINGS_PREFIX = 'settings/'

export interface KeepModelsOptions {
  readonly table: KeptTable
  readonly clock: SchedulerLike
  readonly budget: KeepSpendingOptions['budget']
  /** The name of this process: no other has had it. */
  readonly process: string
  readonly models: ReadonlyMap<string, LiveModel>
  /** An entry that does not fit: what held before holds on. */
  readonly onFault: (key: string, reason: string) => void
  readonly onChanged: (model: string) => void
}

/**
 * Changes the models as the table says, whoever wrote it, and keeps what they learn and what they cost.
 *
 * Shape:  endless; emits once, when all that was kept before has taken effect.
 * Errors: those of the table.
 */
export function keepModels(options: KeepModelsOptions): Observable<unknown> {
  const { table, models, onFault, onChanged } = options
  return table.changes$.pipe(
    connect(changes$ =>
      merge(
        changes$.pipe(
          entriesOf({ prefix: SETTINGS_PREFIX, schema: modelSettingsSchema, onFault }),
          tap(({ key, value }) => {
            // The configuration of another process may have more models.
            const model = models.get(key)
            if (model === undefined) return
            model.change(value ?? {})
            onChanged(key)
          }),
          ignoreElements(),
        ),
        keepLearned(changes$, options),
        keepSpending(changes$, options),
        changes$.pipe(
          filter(({ kind }) => kind === 'current'),
          take(1),
        ),
      ),
    ),
  )
}
