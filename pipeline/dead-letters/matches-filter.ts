import type { DeadLetter } from './read-dead-letter.ts'

/** Which dead letters are meant: those that fit every field that is given. */
export interface DeadLetterFilter {
  readonly reason?: readonly string[]
  readonly rule?: readonly string[]
  readonly stage?: readonly string[]
  /** Where the record lay. */
  readonly topic?: readonly string[]
  /** Epoch milliseconds; the first that counts. */
  readonly from?: number
  /** Epoch milliseconds; the first that does not count. */
  readonly to?: number
}

/** Whether a dead letter is one of those that are meant. */
export function matchesFilter(letter: DeadLetter, filter: DeadLetterFilter): boolean {
  const { from = -Infinity, to = Infinity } = filter
  const atMs = Date.parse(letter.at)
  return (
    isOneOf(letter.reason, filter.reason) &&
    isOneOf(letter.ruleId, filter.rule) &&
    isOneOf(letter.stage, filter.stage) &&
    isOneOf(letter.origin.topic, filter.topic) &&
    atMs >= from &&
    atMs < to
  )
}

function isOneOf(value: string | null, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value))
}
