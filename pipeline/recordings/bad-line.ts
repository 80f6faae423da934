/** Why a line cannot be taken, as it is counted. */
export type SkipReason =
  | 'not_utf8'
  | 'not_json'
  | 'record_invalid'
  | 'header_invalid'
  | 'version_unknown'
  | 'line_too_long'
  | 'offset_repeated'
  | 'cut_short'

/** A line of a recording that is no record and no header. */
export class BadLine {
  readonly reason: SkipReason
  readonly problem: string

  constructor(reason: SkipReason, problem: string) {
    this.reason = reason
    this.problem = problem
  }
}
