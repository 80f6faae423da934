import { Buffer } from 'node:buffer'
import { PipelineError } from '../../schemas/failure.ts'
import type { TableChange, TableOptions } from './kept-table.ts'

/** A record as it lies in the log of a table. */
export interface TableRecord {
  readonly key: Buffer | null
  /** Null: the entry is gone. */
  readonly value: Buffer | null
}

/** Which keys a table has, and what of its log is to be passed over: the same for every adapter. */
export class TableKeys {
  private readonly keys = new Set<string>()
  private readonly options: TableOptions

  constructor(options: TableOptions) {
    this.options = options
  }

  /** Why these values, null where an entry goes, must not be written together; null where they may. */
  refusal(writes: ReadonlyMap<string, string | null>): PipelineError | null {
    const { keysMax, valueBytesMax } = this.options
    const isLarge = (json: string | null) => json !== null && Buffer.byteLength(json) > valueBytesMax
    const large = [...writes].find(([, json]) => isLarge(json))
    if (large !== undefined)
      return new PipelineError('record_too_large', `${large[0]}: a value has at most ${valueBytesMax} bytes`)
    const added = [...writes].filter(([key, json]) => json !== null && !this.keys.has(key))
    const removed = [...writes].filter(([key, json]) => json === null && this.keys.has(key))
    const [last] = added.at(-1) ?? []
    if (last === undefined || this.keys.size + added.length - removed.length <= keysMax) return null
    return new PipelineError('table_full', `${last}: the table has ${keysMax} keys, and takes no more`)
  }

  /** The next record of the log; null where it is passed over. */
  read({ key: keyBytes, value: bytes }: TableRecord): TableChange | null {
    const key = keyBytes?.toString() ?? ''
    const parsed = this.parsed(key, bytes)
    if (!parsed.ok) {
      this.options.onFault(key, parsed.reason)
      return null
    }
    if (parsed.value === null) this.keys.delete(key)
    else this.keys.add(key)
    return { kind: 'entry', key, value: parsed.value }
  }

  /** The log is read from its start again. */
  clear(): void {
    this.keys.clear()
  }

  private parsed(key: string, bytes: Buffer | null): Parsed {
    if (bytes === null) return { ok: true, value: null }
    const json = bytes.toString()
    const refused = this.refusal(new Map([[key, json]]))
    return refused === null ? parse(json) : { ok: false, reason: refused.message }
  }
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string }

function parse(json: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(json) }
  } catch {
    // What the parser says quotes the value, which may be anything.
    return { ok: false, reason: 'the value is not JSON' }
  }
}
