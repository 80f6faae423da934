import { z } from 'zod'
import { isMapping } from '../documents/is-mapping.ts'
import type { Answer, AskedRequest } from '../http/http-route.ts'
import { type IfMatch, ifMatch } from './if-match.ts'
import { refusals } from './refusals.ts'

export interface WriteRequest {
  /** Of the address; empty where it names none. */
  readonly id: string
  readonly body: Readonly<Record<string, unknown>>
  readonly versions: IfMatch
  /** Says what would be, and changes nothing. */
  readonly isDryRun: boolean
  /** Also where the rule's own tests fail. */
  readonly isForced: boolean
}

type ReadRequest =
  { readonly ok: true; readonly request: WriteRequest } | { readonly ok: false; readonly answer: Answer }

const flag = z.enum(['true', 'false']).optional()
const querySchema = z.object({ dry_run: flag, force: flag })

/** Reads what is asked of a rule, before it is known what the rule is. */
export function writeRequest({ params, query, headers, body }: AskedRequest): ReadRequest {
  const refuse = (answer: Answer) => ({ ok: false, answer }) as const
  const parsed = querySchema.safeParse(query)
  if (!parsed.success) return refuse(refusals.malformed('dry_run and force are true or false'))
  const versions = ifMatch(headers['if-match'])
  if (versions === null) return refuse(refusals.noTag)
  if (!isMapping(body)) return refuse(refusals.noObject)
  const { dry_run: dryRun, force } = parsed.data
  const id = params['id'] ?? ''
  return {
    ok: true,
    request: { id, body, versions, isDryRun: dryRun === 'true', isForced: force === 'true' },
  }
}
