import { z } from 'zod'
import type { Rule } from '../../schemas/rule.ts'
import type { Page } from '../http/list-page.ts'
import { ruleFilter } from './rule-filter.ts'

const LIMIT_MAX = 1000
const CURSOR = /^rule:([A-Za-z0-9_-]{1,64})$/

const querySchema = z.object({
  event_type: z.string().optional(),
  enabled: z.enum(['true', 'false']).optional(),
  name_contains: z.string().optional(),
  limit: z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(1).max(LIMIT_MAX)).default(100),
  cursor: z.string().optional(),
})

/** The rules that a query asks for, in the order of their ids; or what is wrong with the query. */
export function listRules(
  rules: ReadonlyMap<string, Rule>,
  query: Readonly<Record<string, unknown>>,
): Page<Rule> | { readonly wrong: string } {
  const parsed = querySchema.safeParse(query)
  if (!parsed.success) return { wrong: wrongPart(parsed.error.issues[0]) }
  const { event_type: eventType, enabled, name_contains: nameContains, limit, cursor } = parsed.data
  const after = cursor === undefined ? '' : idOf(cursor)
  if (after === null) return { wrong: parts.cursor }
  const isAsked = ruleFilter({ eventType, nameContains, enabled: enabled && enabled === 'true' })
  const following = [...rules.values()]
    .filter(rule => rule.rule_id > after && isAsked(rule))
    .sort((a, b) => (a.rule_id < b.rule_id ? -1 : 1))
  const items = following.slice(0, limit)
  const last = items.at(-1)
  const isEnd = last === undefined || following.length <= limit
  return { items, next_cursor: isEnd ? null : cursorOf(last.rule_id) }
}

const parts = {
  event_type: 'event_type is one type of events',
  enabled: 'enabled is true or false',
  name_contains: 'name_contains is one text',
  limit: `limit is 1 to ${LIMIT_MAX}`,
  cursor: 'cursor is the next_cursor of an answer',
} as const

function wrongPart(issue: z.core.$ZodIssue | undefined): string {
  const [name, text] = Object.entries(parts).find(([part]) => part === issue?.path[0]) ?? []
  return name === undefined || text === undefined ? 'the query makes no sense' : text
}

/** A place in the order, so that it holds when that rule is taken away. */
function cursorOf(id: string): string {
  return Buffer.from(`rule:${id}`).toString('base64url')
}

function idOf(cursor: string): string | null {
  const id = CURSOR.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  return id !== undefined && cursorOf(id) === cursor ? id : null
}
