import {
  catchError,
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  ignoreElements,
  merge,
  type Observable,
  type SchedulerLike,
  tap,
  timer,
} from 'rxjs'
import type { Budget } from '../../operators/gateway/spending/budget.ts'
import { entriesOf } from '../../operators/keeping/entries-of.ts'
import type { KeptTable, TableChange } from '../../operators/keeping/kept-table.ts'
import { type Spending, spendingSchema } from '../../schemas/spending.ts'

/** Of the keys of what processes have spent; each process writes one. */
const SPENT_PREFIX = 'spent/'
const EVERY_MS = 5000
/** Rules that are named in a value; those that cost least are taken together. */
const RULES_MAX = 500

export interface KeepSpendingOptions {
  readonly table: Pick<KeptTable, 'put' | 'remove'>
  readonly budget: Pick<Budget, 'own' | 'restore'>
  /** The name of this process: no other has had it. */
  readonly process: string
  readonly clock: SchedulerLike
  readonly onFault: (key: string, reason: string) => void
}

/**
 * Keeps what was spent today, for all processes and over their restarts.
 *
 * Shape:  charges the budget with what others have spent, as it is read, and writes what this process has; emits nothing.
 * Time:   writes every 5 s what has changed: so much later others know of it, and so much is forgotten by a crash.
 * State:  what each process has spent today.
 * Errors: none of its own: what cannot be written now is written with the next look.
 */
export function keepSpending(
  changes$: Observable<TableChange>,
  { table, budget, process, clock, onFault }: KeepSpendingOptions,
): Observable<never> {
  const known = new Map<string, Spending>()
  let written = ''
  const hear = (name: string, value: Spending | null) => {
    if (name === process) return
    const before = known.get(name)
    if (value === null) known.delete(name)
    else known.set(name, value)
    if (value?.day === budget.own.day) budget.restore(moreThan(before, value))
  }
  const forgetOld = () => {
    const old = [...known].filter(([, { day }]) => day < budget.own.day)
    return old.map(([name]) => table.remove(`${SPENT_PREFIX}${name}`).pipe(catchError(() => EMPTY)))
  }
  const write = () => {
    const spending = spendingOf(budget.own)
    const json = JSON.stringify(spending)
    if (json === written || Object.keys(spending.rules).length === 0) return EMPTY
    return table.put(`${SPENT_PREFIX}${process}`, spending).pipe(
      tap({ complete: () => (written = json) }),
      catchError(() => EMPTY),
    )
  }
  return changes$.pipe(
    connect(shared$ =>
      merge(
        shared$.pipe(
          entriesOf({ prefix: SPENT_PREFIX, schema: spendingSchema, onFault }),
          tap(({ key, value }) => {
            hear(key, value)
          }),
        ),
        shared$.pipe(
          filter(({ kind }) => kind === 'current'),
          concatMap(() => timer(EVERY_MS, EVERY_MS, clock)),
          exhaustMap(look => concat(defer(write), ...(look === 0 ? forgetOld() : []))),
        ),
      ),
    ),
    ignoreElements(),
  )
}

function moreThan(before: Spending | undefined, { day, rules }: Spending) {
  const known = before?.day === day ? before.rules : {}
  return Object.entries(rules)
    .map(([ruleId, usd]) => ({ ruleId, usd: usd - (known[ruleId] ?? 0) }))
    .filter(({ usd }) => usd > 0)
}

function spendingOf({ day, usdByRule }: Budget['own']): Spending {
  const sorted = [...usdByRule].toSorted(([, a], [, b]) => b - a)
  const others = sorted.slice(RULES_MAX).reduce((sum, [, usd]) => sum + usd, 0)
  const named = new Map(sorted.slice(0, RULES_MAX))
  if (others > 0) named.set('', others)
  return { day, rules: Object.fromEntries(named) }
}
