import { z } from 'zod'
import type { AskApi } from './ask-api.ts'

const pageSchema = z.object({ items: z.array(z.unknown()), next_cursor: z.string().nullable() })

/** The items of a list of the API, all of its pages. */
export async function askAll(ask: AskApi, path: string): Promise<readonly unknown[]> {
  const items: unknown[] = []
  let query = '?limit=1000'
  for (;;) {
    const page = pageSchema.parse(await ask({ path: `${path}${query}` }))
    items.push(...page.items)
    if (page.next_cursor === null) return items
    query = `?limit=1000&cursor=${encodeURIComponent(page.next_cursor)}`
  }
}
