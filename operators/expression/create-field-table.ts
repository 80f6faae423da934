import type { Event } from '../../schemas/event.ts'
import { eventField } from './event-field.ts'
import { fieldPath, type FieldPath } from './field-path.ts'

/** The fields of one event that expressions use, each at its slot; undefined where a field is missing. */
export type Slots = readonly unknown[]

/** Gives every field that some expression uses a slot, so that each is read once for an event. */
export interface FieldTable {
  /** The same slot for every spelling of one field: `symbol` and `data.symbol`. */
  slotOf(path: readonly string[]): number
  /** Reads all fields of one event. The array is used again by the next call. */
  fill(event: Event): Slots
}

/** Creates a table to share between the expressions that see the same events. */
export function createFieldTable(): FieldTable {
  const paths: FieldPath[] = []
  const slotByPath = new Map<string, number>()
  const slots: unknown[] = []

  return {
    slotOf(names) {
      const path = fieldPath(names)
      const id = JSON.stringify(path)
      const known = slotByPath.get(id)
      if (known !== undefined) return known
      const slot = paths.push(path) - 1
      slotByPath.set(id, slot)
      slots.push(undefined)
      return slot
    },
    fill(event) {
      for (const [slot, path] of paths.entries()) slots[slot] = eventField(event, path)
      return slots
    },
  }
}
