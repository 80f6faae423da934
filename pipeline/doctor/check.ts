/** One line of what `doctor` found. */
export interface Check {
  readonly name: string
  /** `warning`: it works, though not as well as it could. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly detail: string
  /** What to do about it; null where nothing is to be done. */
  readonly fix: string | null
}
