import { z } from 'zod'

/** What a part of a list of such items looks like. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().describe('The cursor to ask with for what follows; null at the end.'),
  })
}
