/**
 * Work ids are known again for so long, whatever `dedupeMs`: a record of an aborted transaction that came through is decided,
 * and the same work comes again when the lane of its source has found its next owner.
 */
export const WORK_IDS_MS = 600_000

/** How far back the ids of decisions count, in milliseconds. */
export function idsKeptMs(dedupeMs: number): number {
  return Math.max(dedupeMs, WORK_IDS_MS)
}
