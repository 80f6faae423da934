import type { Observable } from 'rxjs'

/** What happens to a table, in the order in which it happened; the same for everybody who follows it. */
export type TableChange =
  /** Null: the entry is gone. */
  | { readonly kind: 'entry'; readonly key: string; readonly value: unknown }
  /** All that the table held when the reading began has come; once. */
  | { readonly kind: 'current' }

/**
 * A small table that outlives the process, and that every process of the deployment shares.
 *
 * Shape:  `changes$` brings what the table holds and then every change of it, by whomever; a value that was replaced before may
 *         come too. `put` and `remove` emit nothing, and complete when the change is kept and has come in `changes$`.
 * Time:   `changes$` is endless, and waits for the table as long as it takes. The others need it to be subscribed to.
 * State:  the keys, `keysMax` of them; who needs the values holds them.
 * Errors: `changes$`: bugs only. `put` and `remove`: `table_unavailable`; for `put` also `table_full` and `record_too_large`.
 */
export interface KeptTable {
  readonly changes$: Observable<TableChange>
  /** The value is kept as JSON. Of two at the same time the later one holds. */
  put(key: string, value: object): Observable<never>
  remove(key: string): Observable<never>
}

/** What values take where they are used, which may be more than the bytes of their JSON. */
export interface TableRoom {
  readonly bytesMax: number
  /** Of a value as its JSON has it, beside the bytes of that; it may be anything. */
  readonly extraBytesOf: (value: unknown) => number
  /** What it is that has a maximum, for whoever is refused. */
  readonly name: string
}

export interface TableOptions {
  /** Most keys. A record with one more is passed over by whoever reads it. */
  readonly keysMax: number
  /** Longest value, in bytes of its JSON. A longer record is passed over too. */
  readonly valueBytesMax: number
  /** How much room all values may take together; as much as `keysMax` of them where it is absent. */
  readonly room?: TableRoom
  /** A record was passed over, and why: the entry stays as it was. */
  readonly onFault: (key: string, reason: string) => void
}
