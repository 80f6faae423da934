import { z } from 'zod'

export interface Page<T> {
  readonly items: readonly T[]
  /** What to ask with for the items that follow; null at the end. */
  readonly next_cursor: string | null
}

const LIMIT_MAX = 1000

const limitSchema = z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(1).max(LIMIT_MAX))

/** What a query says of the part of a list that is wanted. */
export const pageQuerySchema = z.object({
  limit: limitSchema
    .default(100)
    .meta({ description: 'How many at most, 1 to 1000; 100 where it is absent.' }),
  cursor: z.string().optional().describe('The next_cursor of an answer, for what follows it.'),
})

/**
 * A part of a list, by the `limit` and `cursor` of a query: the cursor is the name of the last item that was answered.
 * Null where they make no sense.
 */
export function listPage<T>(
  items: readonly T[],
  query: Readonly<Record<string, unknown>>,
  nameOf: (item: T) => string,
): Page<T> | null {
  const parsed = pageQuerySchema.safeParse(query)
  if (!parsed.success) return null
  const { limit, cursor } = parsed.data
  const last = cursor === undefined ? -1 : items.findIndex(item => nameOf(item) === cursor)
  if (cursor !== undefined && last < 0) return null
  const page = items.slice(last + 1, last + 1 + limit)
  const end = page.at(-1)
  const isEnd = end === undefined || last + 1 + limit >= items.length
  return { items: page, next_cursor: isEnd ? null : nameOf(end) }
}
