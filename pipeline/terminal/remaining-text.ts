import { amountText } from './amount-text.ts'

export interface Passed {
  /** From 0 to 1. */
  readonly part: number
  readonly ms: number
}

const PART_MIN = 0.005
const MS_MIN = 1000

/** How far something is and how long it takes yet, going by how long it has taken; empty while nobody can tell. */
export function remainingText({ part, ms }: Passed): string {
  const percent = `${Math.floor(100 * Math.min(1, part))} %`
  if (part < PART_MIN || ms < MS_MIN) return percent
  return `${percent}  ${amountText(((1 - Math.min(1, part)) * ms) / part / 1000, 'seconds')} left`
}
