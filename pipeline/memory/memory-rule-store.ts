import { defer, Observable, of, throwError } from 'rxjs'
import type { FollowedStore, RulesRead } from '../../operators/rules/followed-store.ts'
import { RuleBook, type RuleBookOptions } from '../../operators/rules/rule-book.ts'
import { writingOrder } from '../../operators/rules/writing-order.ts'
import type { MemoryPartition } from './memory-partition.ts'

/** Rules on a partition of the in-memory log, at once. Each store on the same one stands for a process. */
export function memoryRuleStore(log: MemoryPartition, options: RuleBookOptions): FollowedStore {
  const book = new RuleBook(options)
  let position = 0
  // Also by what was read between two looks.
  let hasChanged = false
  const readOn = () => {
    for (const record of log.records.slice(position)) if (book.read(record)) hasChanged = true
    position = log.records.length
  }
  const look = (): RulesRead => {
    readOn()
    const seen = { offset: position, end: log.records.length, isCurrent: true, hasChanged }
    hasChanged = false
    return seen
  }
  return {
    get rules() {
      readOn()
      return book.rules
    },
    unversioned: book.unversioned,
    read$: new Observable(subscriber => {
      position = 0
      book.clear()
      // Before the first look is told: whoever hears of it may write at once.
      subscriber.add(
        log.onAppend(() => {
          subscriber.next(look())
        }),
      )
      subscriber.next(look())
    }),
    change: write =>
      defer(() => {
        readOn()
        const writes = write(book.rules)
        const refused = book.refusal(writes)
        if (refused !== null) return throwError(() => refused)
        for (const { ruleId, rule } of writingOrder(writes)) {
          log.append({ key: ruleId, value: rule === null ? null : JSON.stringify(rule) }, 0)
        }
        readOn()
        return of(writes)
      }),
  }
}
