import { murmur2 } from './murmur2.ts'

/**
 * The partition of `work`, `decisions` and `alerts` for a key: 0..N-1 for rules with a model, N..2N-1 for traditional ones.
 * Computed here and given to the client explicitly, so that changing the client cannot move a key.
 */
export function partitionOf(
  key: string,
  { partitions, traditional }: { partitions: number; traditional: boolean },
): number {
  return (traditional ? partitions : 0) + ((murmur2(key) & 0x7fffffff) % partitions)
}
