import { z } from 'zod'
import { renderModel, shownModelSchema } from '../models/render-model.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { type ApiCommand, runOnApi } from './run-on-api.ts'

const pageSchema = z.object({ items: z.array(z.unknown()), next_cursor: z.string().nullable() })

/** `models`: the models of a running process, with their limits, queues and cost. */
export async function listModels(command: ApiCommand): Promise<number> {
  const { terminal, json } = command
  return runOnApi(command, async ask => {
    const items: unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const after: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`
      const page = pageSchema.parse(await ask({ path: `/models${after}` }))
      items.push(...page.items)
      cursor = page.next_cursor
    }
    if (json) terminal.print(JSON.stringify({ items }))
    else for (const item of items) terminal.print(`${renderModel(shownModelSchema.parse(item), terminal)}\n`)
    if (items.length === 0) terminal.note('no model is configured there')
    return exitCode.done
  })
}
