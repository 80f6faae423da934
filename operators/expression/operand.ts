import type { Slots } from './create-field-table.ts'

/** What is known of a value before any event: `any` for a field of `data`. */
export type Kind = 'number' | 'text' | 'boolean' | 'null' | 'list' | 'map' | 'any'

/** Computes a value from the fields of an event; undefined means unknown. It never throws. */
export type Run = (slots: Slots) => unknown

/** A compiled part of an expression. */
export interface Operand {
  readonly kind: Kind
  readonly run: Run
  /** Set for a field: its slot. */
  readonly slot?: number
  /** Set for a literal: its value. */
  readonly constant?: unknown
}

/** An operator or a function. */
export interface Form {
  /** What it takes, in words that end a sentence. */
  readonly takes: string
  /** The kind of its result, or undefined where it does not take operands of these kinds. */
  typed(kinds: readonly Kind[]): Kind | undefined
  build(operands: readonly Operand[]): Run
}

/** Forms by the name that the tree has for them. */
export type Forms = ReadonlyMap<string, Form>
