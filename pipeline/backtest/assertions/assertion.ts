/** One thing that was expected of a run, and what there was. */
export interface Assertion {
  /** Such as `alerts`, or `rules.price-crash.alerts`. */
  readonly name: string
  readonly expected: string
  readonly got: string
  readonly passed: boolean
}
