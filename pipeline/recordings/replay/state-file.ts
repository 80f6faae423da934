import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { PipelineError } from '../../../schemas/failure.ts'
import { type ReplayState, replayStateSchema } from './replay-state.ts'

/** Where the state of a replay lies while it is not done. */
export class StateFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Null where there is none. */
  read(): ReplayState | null {
    if (!existsSync(this.path)) return null
    try {
      return replayStateSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')))
    } catch (cause) {
      throw new PipelineError(
        'config_invalid',
        `${this.path} is no state of a replay: delete it to begin anew`,
        { cause },
      )
    }
  }

  /** In one step: whoever is killed meanwhile leaves the last one or this one. */
  write(state: ReplayState): void {
    const next = `${this.path}.next`
    try {
      writeFileSync(next, `${JSON.stringify(state, null, 2)}\n`)
      renameSync(next, this.path)
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
      const message = `${this.path} cannot be written${code}: name another place, --state FILE`
      throw new PipelineError('config_invalid', message, { cause })
    }
  }

  remove(): void {
    rmSync(this.path, { force: true })
  }
}
