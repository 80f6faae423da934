import { drawsFrom } from './draws.ts'
import { type FaultName, faultTable } from './faults/fault-table.ts'

/** One or two faults that happen at once, after a pause. */
export interface ScheduleStep {
  readonly pauseMs: number
  readonly faults: readonly { readonly name: FaultName; readonly seed: number }[]
}

const PAIRED_SHARE = 0.4
const CALM_SHARE = 0.3

/**
 * The faults of a campaign, without end: the same for the same seed. Each fault comes once before any comes again, some
 * of them two at a time, and now and then there is calm for longer than a session lasts.
 */
export function* schedule(seed: number, names: readonly FaultName[]): Generator<ScheduleStep> {
  const draws = drawsFrom(seed)
  while (names.length > 0) {
    const deck = draws.shuffle(names)
    while (deck.length > 0) {
      const first = deck.shift()
      const second = draws.chance(PAIRED_SHARE) ? partnerOf(first, deck) : undefined
      if (second !== undefined) deck.splice(deck.indexOf(second), 1)
      const pauseMs = draws.chance(CALM_SHARE) ? draws.between(8000, 12_000) : draws.between(1000, 4000)
      const chosen = [first, second].filter(name => name !== undefined)
      yield { pauseMs, faults: chosen.map(name => ({ name, seed: draws.between(1, 2 ** 31 - 1) })) }
    }
  }
}

function partnerOf(first: FaultName | undefined, deck: readonly FaultName[]): FaultName | undefined {
  return deck.find(name => first !== undefined && faultTable[name].subject !== faultTable[first].subject)
}
