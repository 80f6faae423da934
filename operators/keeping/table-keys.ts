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
  /** The room that each value takes, in bytes. */
  private readonly keys = new Map<string, number>()
  private taken = 0
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
    let { taken } = this
    for (const [key, json] of writes) {
      const keys = Number(json !== null) - Number(this.keys.has(key))
      const growth = this.roomOf(json) - (this.keys.get(key) ?? 0)
      count += keys
      taken += growth
      const after = { count: keys > 0 ? count : 0, taken: growth > 0 ? taken : 0 }
      const refused = json === null ? null : this.misfit(key, json, after)
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
    this.keep(key, parsed.value === null ? null : this.roomOf(bytes?.toString() ?? null))
    return { kind: 'entry', key, value: parsed.value }
  }

  private keep(key: string, room: number | null): void {
    this.taken += (room ?? 0) - (this.keys.get(key) ?? 0)
    if (room === null) this.keys.delete(key)
    else this.keys.set(key, room)
  }

  /** The log is read from its start again. */
  clear(): void {
    this.keys.clear()
    this.taken = 0
  }

  /** What a value makes of the table: its keys where it is a new one, the room taken where it grows. */
  private misfit(key: string, json: string, after: { count: number; taken: number }): PipelineError | null {
    const { keysMax, valueBytesMax, room } = this.options
    if (Buffer.byteLength(json) > valueBytesMax)
      return new PipelineError('record_too_large', `${key}: a value has at most ${valueBytesMax} bytes`)
    if (after.count > keysMax)
      return new PipelineError('table_full', `${key}: the table has ${keysMax} keys, and takes no more`)
    if (room !== undefined && after.taken > room.bytesMax)
      return new PipelineError('table_full', `${key}: ${room.name} have at most ${room.bytesMax} bytes`)
    return null
  }

  private roomOf(json: string | null): number {
    const { room } = this.options
    if (json === null || room === undefined) return 0
    const parsed = parse(json)
    return Buffer.byteLength(json) + (parsed.ok ? room.extraBytesOf(parsed.value) : 0)
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
