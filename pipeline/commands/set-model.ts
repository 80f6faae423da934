import { renderModel, shownModelSchema } from '../models/render-model.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { type ApiCommand, runOnApi } from './run-on-api.ts'

export interface SetModelOptions extends ApiCommand {
  readonly name: string
  /** A merge patch. */
  readonly changes: Readonly<Record<string, unknown>>
  readonly dryRun: boolean
}

/** `models set`: changes a model while it runs, for every process and for good. */
export async function setModel(options: SetModelOptions): Promise<number> {
  const { name, changes, dryRun, terminal, json } = options
  return runOnApi(options, async ask => {
    const query = dryRun ? '?dry_run=true' : ''
    const model = await ask({
      path: `/models/${encodeURIComponent(name)}${query}`,
      method: 'PATCH',
      body: changes,
    })
    if (json) terminal.print(JSON.stringify(model))
    else terminal.print(renderModel(shownModelSchema.parse(model), terminal))
    terminal.note(dryRun ? 'this is how it would be; nothing was changed' : 'changed, and kept')
    return exitCode.done
  })
}
