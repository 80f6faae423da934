import { PipelineError } from '../../../schemas/failure.ts'
import type { CommittedOffset } from '../group/group-member.ts'
import type { KnownCommit } from '../group/known-commits.ts'
import { findOffset } from './find-offset.ts'
import type { Generation, LaneOpening } from './generation.ts'
import { readOutputs } from './read-outputs.ts'

/** So much may the clock of whoever saw the commit be ahead of the brokers' clocks. */
const CLOCKS_DIFFER_MS_MAX = 10_000
/** How far back outputs are read where nobody says when the newest commit that is known took place. */
const UNDATED_MS_MAX = 15 * 60_000
const PROGRESS_MS = 5000

export interface NewestCommitOptions {
  readonly answered: CommittedOffset
  /** False once the lane is not wanted any more: then the reading of outputs ends. */
  readonly isWanted: () => boolean
}

/**
 * What the broker answers. Where it has forgotten what was committed: what the group knows, or, since the last owner may have
 * died before it could tell, what the outputs of the lane show. The previous owner is fenced by then.
 */
export async function newestCommit(
  generation: Generation,
  opening: LaneOpening,
  { answered, isWanted }: NewestCommitOptions,
): Promise<CommittedOffset> {
  const { commits, observer, subscription } = generation
  const { at, outOfRange } = opening
  // The log is not the one that these positions were of.
  if (outOfRange) commits.forget(at)
  const known = commits.of(at)
  if (known === undefined || known.offset <= (answered.offset ?? -1)) return answered
  observer.commitForgotten?.(subscription.stage, at, { answered: answered.offset, committed: known.offset })
  const behind = await behindOutputs(generation, opening, { known, isWanted })
  return behind > known.offset ? { offset: behind, metadata: '' } : known
}

async function behindOutputs(
  { journals, cluster, subscription, observer }: Generation,
  { at }: LaneOpening,
  { known, isWanted }: { readonly known: KnownCommit; readonly isWanted: () => boolean },
): Promise<number> {
  const { stage, outputs } = subscription
  // A stage with a journal finds there what was finished beyond the position.
  if (outputs === undefined) return 0
  const end = await findOffset(cluster, at, { fromBeginning: false })
  // Nothing lies beyond the position that could have outputs.
  if (end !== undefined && end <= known.offset) return 0
  const committedMs = known.atMs ?? Date.now() - UNDATED_MS_MAX
  let records = 0
  let reportedMs = performance.now()
  const onRead = (count: number): void => {
    if (!isWanted()) {
      throw new PipelineError('lane_unavailable', `lane ${at.topic}/${at.partition} is not owned any more`)
    }
    records += count
    if (performance.now() - reportedMs < PROGRESS_MS) return
    reportedMs = performance.now()
    observer.outputsRead?.(stage, at, { records, offset: null })
  }
  const sinceMs = committedMs - CLOCKS_DIFFER_MS_MAX
  const behind = await readOutputs({ cluster: journals, at, outputs, sinceMs, onRead })
  observer.outputsRead?.(stage, at, { records, offset: Math.max(behind, known.offset) })
  return behind
}
