import { PipelineError } from '../../../../schemas/failure.ts'
import type { CommittedOffset } from '../../group/group-member.ts'
import type { KnownCommit } from '../../group/known-commits.ts'
import { commitTime } from './commit-time.ts'
import { findOffset } from '../find-offset.ts'
import type { Generation, LaneOpening } from '../generation.ts'

/** So much may the clock of whoever saw the commit be ahead of the brokers' clocks. */
const CLOCKS_DIFFER_MS_MAX = 10_000
/** Mostly the first few say it. Where none of so many is of the partition, it has none that matter. */
const OUTPUTS_READ_MAX = 1_000_000
const PROGRESS_MS = 5000

export interface NewestCommitOptions {
  readonly answered: CommittedOffset
  /** False once the lane is not wanted any more: then the reading of outputs ends. */
  readonly isWanted: () => boolean
}

/** A commit that somebody speaks of. */
interface DatedCommit extends CommittedOffset {
  /** Null where nobody says when it took place. */
  readonly atMs: number | null
}

/**
 * What was committed last: as the broker answers, or as the group knows, or as the lane's own outputs show.
 *
 * A broker that was killed may have forgotten commits, all of them even. The processes of the group that know better may be dead,
 * or not be back in the group yet, so that only the outputs tell. The previous owner is fenced by then.
 */
export async function newestCommit(
  generation: Generation,
  opening: LaneOpening,
  { answered, isWanted }: NewestCommitOptions,
): Promise<CommittedOffset> {
  const { commits, observer, subscription } = generation
  const { at, outOfRange } = opening
  if (outOfRange) {
    // The log is not the one that these positions were of, nor those that the outputs name.
    commits.forget(at)
    return answered
  }
  const said = newerOf(answered, commits.of(at))
  const behind = await behindOutputs(generation, opening, { said, isWanted })
  const newest = behind > (said.offset ?? 0) ? { offset: behind, metadata: '' } : said
  if (newest.offset !== null && newest.offset !== answered.offset) {
    const offsets = { answered: answered.offset, committed: newest.offset }
    observer.commitForgotten?.(subscription.stage, at, offsets)
  }
  return newest
}

function newerOf(answered: CommittedOffset, known: KnownCommit | undefined): DatedCommit {
  if (known !== undefined && known.offset > (answered.offset ?? -1)) return known
  return { ...answered, atMs: commitTime.decode(answered.metadata) }
}

async function behindOutputs(
  { outputs, cluster, subscription, observer }: Generation,
  { at }: LaneOpening,
  { said, isWanted }: { readonly said: DatedCommit; readonly isWanted: () => boolean },
): Promise<number> {
  const { stage } = subscription
  // A stage with a journal finds there what was finished beyond the position.
  if (outputs === null) return 0
  const end = await findOffset(cluster, at, { fromBeginning: false })
  // Nothing lies beyond the position that could have outputs.
  if (end === undefined || end <= (said.offset ?? 0)) return 0
  let records = 0
  let reportedMs = performance.now()
  const onRead = (count: number): void => {
    if (!isWanted()) {
      throw new PipelineError('lane_unavailable', `lane ${at.topic}/${at.partition} is not owned any more`)
    }
    records += count
    if (performance.now() - reportedMs < PROGRESS_MS) return
    reportedMs = performance.now()
    observer.outputsRead?.(stage, at, { records })
  }
  const sinceMs = said.atMs === null ? null : said.atMs - CLOCKS_DIFFER_MS_MAX
  const behind = await outputs.behind({ at, sinceMs, recordsMax: OUTPUTS_READ_MAX, onRead })
  // The outputs are of a log that was longer: its topic was made anew.
  return behind > end ? 0 : behind
}
