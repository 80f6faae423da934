import { askAll } from '../http-client/ask-all.ts'
import { renderModel, shownModelSchema } from '../models/render-model.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { type ApiCommand, runOnApi } from './run-on-api.ts'

/** `models`: the models of a running process, with their limits, queues and cost. */
export async function listModels(command: ApiCommand): Promise<number> {
  const { terminal, json } = command
  return runOnApi(command, async ask => {
    const items = await askAll(ask, '/models')
    if (json) terminal.print(JSON.stringify({ items }))
    else for (const item of items) terminal.print(`${renderModel(shownModelSchema.parse(item), terminal)}\n`)
    if (items.length === 0) terminal.note('no model is configured there')
    return exitCode.done
  })
}
