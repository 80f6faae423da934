/** One thing that is wrong in a file that a person wrote. Lines and columns count from 1. */
export interface Problem {
  /** `unreadable`: the file could not be had. `syntax`: not YAML or JSON. `shape`: wrong content. */
  readonly code: 'unreadable' | 'syntax' | 'shape' | 'expression'
  /** The file, or the environment variable, that holds it. */
  readonly file: string
  readonly line?: number
  readonly column?: number
  /** Dotted, from the top of the document; empty for the document as a whole. */
  readonly path: string
  readonly message: string
  /** The place within the expression, where the problem is in one. */
  readonly expression?: { readonly line: number; readonly column: number }
  /** The line of the file, for a frame on the terminal; never given where a secret may stand. */
  readonly sourceLine?: string
}
