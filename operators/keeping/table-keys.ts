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
  /** Bytes of each value. */
  private readonly keys = new Map<string, number>()
  private bytes = 0
  private readonly options: TableOptions

  constructor(options: TableOptions) {
    this.options = options
  }

  /**
   * Why these values, null where an entry goes, must not be written one after the other; null where they may. Each of them
   * has to fit when it comes: whoever reads the log passes over one that does not.
   */
  refusal(writes: ReadonlyMap<string, string | null>): PipelineError | null {
    let { size: count } = this.keys
    let { bytes: sum } = this
    for (const [key, json] of writes) {
      const bytes = json === null ? 0 : Buffer.byteLength(json)
      const keys = Number(json !== null) - Number(this.keys.has(key))
      const growth = bytes - (this.keys.get(key) ?? 0)
      count += keys
      sum += growth
      const refused = this.misfit(key, bytes, { count: keys > 0 ? count : 0, sum: growth > 0 ? sum : 0 })
      if (refused !== null) return refused
    }
    return null
  }

  /** The next record of the log; null where it is passed over. */
  read({ key: keyBytes, value: bytes }: TableRecord): TableChange | null {
    const key = keyBytes?.toString() ?? ''
    const parsed = this.parsed(key, bytes)
    if (!parsed.ok) {
      this.options.onFault(key, parsed.reason)
      return null
    }
    this.keep(key, parsed.value === null ? null : bytes)
    return { kind: 'entry', key, value: parsed.value }
  }

  private keep(key: string, value: Buffer | null): void {
    this.bytes += (value?.length ?? 0) - (this.keys.get(key) ?? 0)
    if (value === null) this.keys.delete(key)
    else this.keys.set(key, value.length)
  }

  /** The log is read from its start again. */
  clear(): void {
    this.keys.clear()
    this.bytes = 0
  }

  /** What a value makes of the table: its keys where it is a new one, its bytes where they grow. */
  private misfit(
    key: string,
    bytes: number,
    { count, sum }: { count: number; sum: number },
  ): PipelineError | null {
    const { keysMax, valueBytesMax, bytesMax = Infinity } = this.options
    if (bytes > valueBytesMax)
      return new PipelineError('record_too_large', `${key}: a value has at most ${valueBytesMax} bytes`)
    if (count > keysMax)
      return new PipelineError('table_full', `${key}: the table has ${keysMax} keys, and takes no more`)
    if (sum > bytesMax)
      return new PipelineError('table_full', `${key}: all values together have at most ${bytesMax} bytes`)
    return null
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
