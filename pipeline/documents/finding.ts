import type { DocumentPath, Place } from './place-of.ts'

/** One thing that is wrong with a value, wherever it came from. */
export interface Finding {
  /** `shape`: wrong content. `expression`: a mistake within an expression. */
  readonly code: 'shape' | 'expression'
  readonly path: DocumentPath
  readonly message: string
  /** Whether its key is meant, and not its value. */
  readonly part?: 'key'
  /** The place within the expression, where the mistake is in one. */
  readonly expression?: Place
}
