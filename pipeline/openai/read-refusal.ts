import { z } from 'zod'
import { readAzureWords } from './read-azure-words.ts'
import { readGoogleDetails } from './read-google-details.ts'
import type { AzureWords } from './read-azure-words.ts'
import type { GoogleDetails } from './read-google-details.ts'

const code = z.string().optional().catch(undefined)

const errorSchema = z
  .object({
    code,
    type: code,
    status: code,
    message: z.string().catch(''),
    details: z.unknown().optional(),
  })
  .catch({ message: '' })

/** Anthropic's exact code lies beside a type that says less: a spent budget is of the type `rate_limit_error`. */
const detailsSchema = z.object({ error_code: z.string() })

/** What the body of a refusal says. */
export interface ReadRefusal {
  /** The codes that it carries, the most exact first. */
  readonly codes: readonly string[]
  readonly google: GoogleDetails
  readonly words: AzureWords
}

/** Reads the body of a refusal, in the shape of any provider; what is of another shape says nothing. */
export function readRefusal(body: unknown, nowMs: number): ReadRefusal {
  const { details, message, code, type, status } = errorSchema.parse(errorOf(body))
  const google = readGoogleDetails(details, nowMs)
  const exact = detailsSchema.safeParse(details).data?.error_code
  const codes = [exact, google.reason, code, type, status].filter(one => one !== undefined)
  return { codes, google, words: readAzureWords(message) }
}

/** Most have the error under `error`, Gemini in a list as well; gateways and the client leave nothing around it. */
function errorOf(body: unknown): unknown {
  const first: unknown = Array.isArray(body) ? body[0] : body
  if (typeof first !== 'object' || first === null || !('error' in first)) return first
  return typeof first.error === 'object' && first.error !== null ? first.error : first
}
