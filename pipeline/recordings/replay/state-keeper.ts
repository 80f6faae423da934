import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { PipelineError } from '../../../schemas/failure.ts'
import { Acknowledged } from './acknowledged.ts'
import type { Target } from './plan-targets.ts'
import type { ReplaySelection } from './replay-selection.ts'
import type { ReplayState } from './replay-state.ts'
import { StateFile } from './state-file.ts'

export interface StateKeeperOptions {
  readonly file: string
  /** Where the state lies. */
  readonly path: string
  readonly selection: ReplaySelection
  readonly skipBad: boolean
  readonly targets: readonly Target[]
}

const BEGIN_BYTES = 64 * 1024

/** Keeps on disk how far a replay is. */
export class StateKeeper {
  readonly #file: StateFile
  readonly #of: ReplayState['of']
  #acknowledged = new Acknowledged()
  #written = -1

  constructor(options: StateKeeperOptions) {
    this.#file = new StateFile(options.path)
    this.#of = identityOf(options)
  }

  get acknowledged(): Acknowledged {
    return this.#acknowledged
  }

  /** Takes up the state that is there; a note where it is not exact. Without `resume` there must be none. */
  begin(resume: boolean): string | null {
    const { path } = this.#file
    const state = this.#file.read()
    if (state === null) {
      if (resume) throw new PipelineError('config_invalid', `nothing to resume: there is no ${path}`)
      this.keep(false)
      return null
    }
    if (!resume) {
      const how = '--resume goes on with it, without the file it begins anew'
      const what = `a replay was stopped after ${state.records} records, unless it still runs`
      throw new PipelineError('config_invalid', `${path}: ${what}: ${how}`)
    }
    const changed = difference(state.of, this.#of)
    if (changed !== null) {
      throw new PipelineError('config_invalid', `${path} is of another replay: ${changed}`)
    }
    this.#acknowledged = new Acknowledged(state.acknowledged, state.records)
    return state.is_exact
      ? null
      : 'the last replay did not end in order: what it sent in its last second may come twice'
  }

  /** Writes it where it has changed. */
  keep(isExact: boolean): void {
    const { records } = this.#acknowledged
    if (records === this.#written && !isExact) return
    this.#written = records
    this.#file.write({
      llmtrigger_replay: 1,
      of: this.#of,
      acknowledged: this.#acknowledged.toObject(),
      records,
      is_exact: isExact,
      at: new Date().toISOString(),
    })
  }

  /** It is done. */
  end(): void {
    this.#file.remove()
  }
}

function identityOf({ file, selection, skipBad, targets }: StateKeeperOptions): ReplayState['of'] {
  const { topics = null, fromMs = null, toMs = null } = selection
  return {
    bytes: statSync(file).size,
    begin_sha256: createHash('sha256').update(beginOf(file)).digest('hex'),
    selection: JSON.stringify({ topics, from: fromMs, to: toMs, skip_bad: skipBad }),
    targets: targets.map(
      ({ topic, target, partitions, keepsPartitions }) =>
        `${topic} to ${target}, ${keepsPartitions ? 'partitions kept' : `by key to ${partitions} partitions`}`,
    ),
  }
}

function beginOf(file: string): Buffer {
  const begin = Buffer.alloc(BEGIN_BYTES)
  const handle = openSync(file, 'r')
  try {
    return begin.subarray(0, readSync(handle, begin, 0, BEGIN_BYTES, 0))
  } finally {
    closeSync(handle)
  }
}

function difference(before: ReplayState['of'], now: ReplayState['of']): string | null {
  if (before.bytes !== now.bytes || before.begin_sha256 !== now.begin_sha256)
    return 'the recording has changed'
  if (before.selection !== now.selection) return `it had ${before.selection}, and not ${now.selection}`
  if (before.targets.join('; ') === now.targets.join('; ')) return null
  return `it went ${before.targets.join('; ')}, and not ${now.targets.join('; ')}`
}
