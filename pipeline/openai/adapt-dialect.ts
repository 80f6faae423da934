import { ADAPTATIONS_MAX } from './dialect-of.ts'
import type { RequestDialect } from './dialect-of.ts'

/** What the body of a refusal names. */
export interface RefusedParameter {
  readonly param: string | null | undefined
  readonly code: string | null | undefined
}

const UNSUPPORTED = new Set<unknown>(['unsupported_parameter', 'unsupported_value'])

/** The dialect without the parameter that was refused; undefined when the refusal is about something else. */
export function adaptDialect(dialect: RequestDialect, refused: RefusedParameter): RequestDialect | undefined {
  if (dialect.adaptations >= ADAPTATIONS_MAX) return undefined
  const change = changeFor(dialect, refused)
  return change && { ...dialect, ...change, adaptations: dialect.adaptations + 1 }
}

function changeFor(
  dialect: RequestDialect,
  { param, code }: RefusedParameter,
): Partial<RequestDialect> | undefined {
  // Its refusal has no code of its own: null or the one for a schema that is not understood.
  if (param === 'response_format')
    return dialect.responseFormat === 'json_schema' ? { responseFormat: 'json_object' } : undefined
  if (!UNSUPPORTED.has(code)) return undefined
  if (param === 'temperature') return dialect.temperature ? { temperature: false } : undefined
  if (param !== dialect.outputLimit) return undefined
  return { outputLimit: param === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens' }
}
