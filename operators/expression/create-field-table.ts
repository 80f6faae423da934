import type { Event } from '../../schemas/event.ts'
import { eventField } from './event-field.ts'
import { fieldPath, type FieldPath } from './field-path.ts'

/** The fields of one event that expressions use, each at its slot. */
export interface Slots {
  /** Undefined where the field is missing. */
  read(slot: number): unknown
}

/** Gives every field that some expression uses a slot, so that each is read at most once for an event. */
export interface FieldTable {
  /** Slots given so far. */
  readonly size: number
  /** The same slot for every spelling of one field: `symbol` and `data.symbol`. */
  slotOf(path: readonly string[]): number
  /** The fields of one event, each read when it is asked for. What is returned is of another event after the next call. */
  fill(event: Event): Slots
}

/** What compiling needs of a table. */
export type FieldSlots = Pick<FieldTable, 'slotOf'>

/** Creates a table to share between the expressions that see the same events. */
export function createFieldTable(): FieldTable {
  return new Fields()
}

class Fields implements FieldTable, Slots {
  private readonly slotByPath = new Map<string, number>()
  private readonly paths: FieldPath[] = []
  private readonly values: unknown[] = []
  /** The number of the event that the value at the same place is of. */
  private readonly readFor: number[] = []
  private event: Event | null = null
  private eventNumber = 0

  get size(): number {
    return this.paths.length
  }

  slotOf(names: readonly string[]): number {
    const path = fieldPath(names)
    const id = JSON.stringify(path)
    const known = this.slotByPath.get(id)
    if (known !== undefined) return known
    const slot = this.paths.push(path) - 1
    this.slotByPath.set(id, slot)
    this.values.push(undefined)
    this.readFor.push(0)
    return slot
  }

  fill(event: Event): Slots {
    this.event = event
    this.eventNumber += 1
    return this
  }

  read(slot: number): unknown {
    if (this.readFor[slot] === this.eventNumber) return this.values[slot]
    const path = this.paths[slot]
    if (path === undefined || this.event === null) return undefined
    const value = eventField(this.event, path)
    this.values[slot] = value
    this.readFor[slot] = this.eventNumber
    return value
  }
}
