import { type Work, workSchema } from '../../schemas/work.ts'
import type { LogHeaders } from './lane.ts'

/** A record of `work`, its value as text. */
export interface WorkText {
  readonly text: string
  readonly offset: number
  readonly headers: LogHeaders
}

/** The work, or why it is none. */
export function parseWork(record: WorkText): Work | string {
  try {
    const { data, error } = workSchema.safeParse(JSON.parse(record.text))
    if (data !== undefined) return named(data, record)
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  } catch (error) {
    if (error instanceof SyntaxError) return `not JSON: ${error.message}`
    throw error
  }
}

/** A dead letter that was produced again is work of its own: under its first id it would be dropped as decided. */
function named(work: Work, { offset, headers }: WorkText): Work {
  if (headers['llmtrigger-decision-id'] === undefined) return work
  return { ...work, work_id: `${work.work_id}#r${offset}` }
}
