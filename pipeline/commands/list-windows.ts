import { z } from 'zod'
import { exitCode } from '../terminal/exit-code.ts'
import { renderWindows, shownWindowsSchema } from '../windows/render-windows.ts'
import { type ApiCommand, runOnApi } from './run-on-api.ts'

export interface ListWindowsOptions extends ApiCommand {
  readonly rule?: string | undefined
  /** Most windows shown. */
  readonly limit: number
}

const PAGE_MAX = 1000
const pageSchema = z.object({
  items: z.array(z.unknown()),
  lanes: z.array(z.unknown()),
  next_cursor: z.string().nullable(),
})

/** `windows`: the lanes of a running process, what keeps each from committing further, and its open windows. */
export async function listWindows(command: ListWindowsOptions): Promise<number> {
  const { terminal, json, rule, limit } = command
  return runOnApi(command, async ask => {
    const items: unknown[] = []
    let lanes: readonly unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null && items.length < limit) {
      const query: string = queryOf({ cursor, rule, limit: Math.min(PAGE_MAX, limit - items.length) })
      const page = pageSchema.parse(await ask({ path: `/windows?${query}` }))
      items.push(...page.items)
      lanes = page.lanes
      cursor = page.next_cursor
    }
    if (json) terminal.print(JSON.stringify({ items, lanes }))
    else terminal.print(renderWindows(shownWindowsSchema.parse({ items, lanes }), terminal))
    if (lanes.length === 0) terminal.note('no lane of decide is open there')
    if (cursor !== null) terminal.note(`there are more windows: --limit ${limit} is reached`)
    return exitCode.done
  })
}

interface Query {
  readonly cursor: string
  readonly rule: string | undefined
  readonly limit: number
}

function queryOf({ cursor, rule, limit }: Query): string {
  return new URLSearchParams({
    limit: `${limit}`,
    ...(cursor !== '' && { cursor }),
    ...(rule !== undefined && { rule_id: rule }),
  }).toString()
}
