import { seededRandom } from '../../pipeline/simulator/seeded-random.ts'

/** Draws that are the same for the same numbers; those of other numbers do not depend on how many were made before. */
export class Chance {
  private readonly random: () => number

  constructor(...parts: readonly number[]) {
    this.random = seededRandom(
      parts.reduce((mixed, part) => Math.imul(mixed ^ part, 0x9e3779b1) + 0x7f4a7c15, 7),
    )
  }

  /** True so often, from 0 to 1. */
  is(probability: number): boolean {
    return this.random() < probability
  }

  /** From `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.random() * (max - min + 1))
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.int(0, choices.length - 1)] ?? choices[0]
  }

  /** One of the names, each as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Partial<Record<T, number>>>): T {
    const entries = Object.entries<number | undefined>(weights)
    let left = this.random() * entries.reduce((sum, [, weight = 0]) => sum + weight, 0)
    const found = entries.find(([, weight = 0]) => (left -= weight) < 0)
    for (const name in weights) if (name === found?.[0]) return name
    throw new Error('nothing to choose from')
  }
}
