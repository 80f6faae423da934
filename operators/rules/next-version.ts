import type { Rule, RuleAuthor } from '../../schemas/rule.ts'
import { isoTime } from '../lanes/iso-time.ts'

export interface Authorship {
  readonly by: RuleAuthor
  readonly atMs: number
}

/** The rule as it is written over another one, or anew: its version and its times are made here, whatever it says itself. */
export function nextVersion(rule: Rule, before: Rule | undefined, { by, atMs }: Authorship): Rule {
  const at = isoTime(atMs)
  const created = before?.metadata ?? { created_at: at, created_by: by }
  return {
    ...rule,
    metadata: {
      ...rule.metadata,
      created_at: created.created_at ?? at,
      created_by: created.created_by ?? by,
      updated_at: at,
      updated_by: by,
      version: (before?.metadata.version ?? 0) + 1,
    },
  }
}
