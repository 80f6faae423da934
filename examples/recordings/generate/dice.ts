import { murmur2 } from '../../../operators/lanes/murmur2.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'

/**
 * Draws that depend on a seed and a name alone, so that a change in one part of a day moves nothing in another. No logarithm and
 * no sine anywhere: what they give differs in the last digit from one engine to the next, and a recording is to be the same everywhere.
 */
export class Dice {
  private readonly random: () => number

  constructor(seed: number, name: string) {
    this.random = seededRandom(murmur2(name) ^ seed)
  }

  between(min: number, max: number): number {
    return min + this.random() * (max - min)
  }

  /** From `min` to `max`, both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.random() * (max - min + 1))
  }

  /** True so often, from 0 to 1. */
  chance(probability: number): boolean {
    return this.random() < probability
  }

  pick<T>(choices: readonly T[]): T {
    const [chosen] = choices.slice(this.whole(0, choices.length - 1))
    if (chosen === undefined) throw new Error('nothing to choose from')
    return chosen
  }

  /** Nearly normal, around 0 with a deviation of 1, and never beyond 3.5. */
  normal(): number {
    return (this.random() + this.random() + this.random() + this.random() - 2) * Math.sqrt(3)
  }
}
