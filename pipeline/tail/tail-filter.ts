import { z } from 'zod'
import type { LogRecord } from '../../operators/lanes/lane.ts'
import { ruleOfKey } from '../history/rule-of-key.ts'

export interface TailSelection {
  readonly rule?: string | undefined
  readonly outcome?: string | undefined
}

const outcomeSchema = z.object({ outcome: z.string() })

/** The JSON document of a record, where it is one that is asked for; null where it is not, or no document. */
export function tailFilter({ key, value }: LogRecord, { rule, outcome }: TailSelection): unknown {
  const ruleId = ruleOfKey(key)
  if (value === null || ruleId === null || (rule !== undefined && rule !== ruleId)) return null
  const document = parse(value.toString())
  if (outcome === undefined) return document
  return outcomeSchema.safeParse(document).data?.outcome === outcome ? document : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
