/** One part of an expression after the allow-list; `at` is its offset in the text. */
export type ExpressionPart =
  | { readonly kind: 'literal'; readonly at: number; readonly value: string | number | boolean | null }
  /** Names from the top of the event, as written. */
  | { readonly kind: 'field'; readonly at: number; readonly names: readonly string[] }
  | {
      readonly kind: 'select'
      readonly at: number
      readonly from: ExpressionNode
      readonly key: string | number
    }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly ExpressionNode[] }
  /** An operator or a function; a method's receiver is its first argument. */
  | {
      readonly kind: 'call'
      readonly at: number
      readonly name: string
      readonly args: readonly ExpressionNode[]
    }
  /** Refused, and reported already. */
  | { readonly kind: 'refused'; readonly at: number }

/** A part and the text that it was made of: from `start` to before `end`. */
export type ExpressionNode = ExpressionPart & { readonly start: number; readonly end: number }

/** What is wrong with an expression, and at which offset of its text. */
export interface Fault {
  readonly code: string
  readonly message: string
  readonly at: number
}
