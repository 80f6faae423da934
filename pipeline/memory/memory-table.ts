import { defer, EMPTY, Observable, throwError } from 'rxjs'
import type { KeptTable, TableChange, TableOptions } from '../../operators/keeping/kept-table.ts'
import { TableKeys } from '../../operators/keeping/table-keys.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { MemoryPartition } from './memory-partition.ts'

/** A table on a partition of the in-memory log, at once. Each table on the same one stands for a process. */
export function memoryTable(log: MemoryPartition, options: TableOptions): KeptTable {
  const keys = new TableKeys(options)
  let isFollowed = false
  const write = (key: string, value: string | null): Observable<never> => {
    if (!isFollowed) return throwError(() => new PipelineError('table_unavailable', 'nobody follows it'))
    const refused = keys.refusal(new Map([[key, value]]))
    if (refused !== null) return throwError(() => refused)
    log.append({ key, value }, 0)
    return EMPTY
  }
  return {
    changes$: new Observable<TableChange>(subscriber => {
      let position = 0
      const readOn = () => {
        const records = log.records.slice(position)
        position = log.records.length
        for (const record of records) {
          const change = keys.read(record)
          if (change !== null) subscriber.next(change)
        }
      }
      keys.clear()
      isFollowed = true
      readOn()
      subscriber.next({ kind: 'current' })
      const leave = log.onAppend(readOn)
      return () => {
        isFollowed = false
        leave()
      }
    }),
    put: (key, value) => defer(() => write(key, JSON.stringify(value))),
    remove: key => defer(() => write(key, null)),
  }
}
