import { amountText } from './amount-text.ts'

export interface Passed {
  /** From 0 to 1. */
  readonly part: number
  /** How much of it was there before it began; nothing where it is absent. */
  readonly before?: number
  readonly ms: number
}

const PART_MIN = 0.005
const MS_MIN = 1000

/** How far something is and how long it takes yet, going by how long it has taken; without that while nobody can tell. */
export function remainingText({ part, before = 0, ms }: Passed): string {
  const percent = `${Math.floor(100 * Math.min(1, part))} %`
  const done = part - before
  if (done < PART_MIN || ms < MS_MIN) return percent
  return `${percent}  ${amountText(((1 - Math.min(1, part)) * ms) / done / 1000, 'seconds')} left`
}
