import { murmur2 } from '../../../operators/lanes/murmur2.ts'
import type { RecordedRecord } from '../recorded-record.ts'
import type { Target } from './plan-targets.ts'

/** The partition of the target for a record; records of one key always go to the same. */
export function partitionFor(
  { key, partition }: RecordedRecord,
  { partitions, keepsPartitions }: Target,
): number {
  if (keepsPartitions) return partition
  return key === null ? partition % partitions : (murmur2(key) & 0x7fffffff) % partitions
}
