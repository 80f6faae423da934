import { isDeepStrictEqual } from 'node:util'
import type { Rule } from '../../schemas/rule.ts'
import { nextVersion } from '../../operators/rules/next-version.ts'
import type { RuleWrite } from '../../operators/rules/rule-store.ts'

/** What becomes of the rules of files, against those of the deployment. */
export interface SeedPlan {
  readonly writes: readonly RuleWrite[]
  /** Rules that differ from their file, and whose last change was not by a file: they stay as they are. */
  readonly left: readonly string[]
  /** Rules that a file once wrote, and that no file has any more: they run on. */
  readonly orphans: readonly string[]
}

/** Rules of files are made where there are none of their id, and changed where the last change was by a file. */
export function seedRules(files: readonly Rule[], rules: ReadonlyMap<string, Rule>, atMs: number): SeedPlan {
  const differing = files.filter(file => !isSame(file, rules.get(file.rule_id)))
  const isOurs = (ruleId: string) => {
    const known = rules.get(ruleId)
    return known === undefined || known.metadata.updated_by === 'file'
  }
  const named = new Set(files.map(({ rule_id }) => rule_id))
  return {
    writes: differing
      .filter(({ rule_id }) => isOurs(rule_id))
      .map(rule => ({
        ruleId: rule.rule_id,
        rule: nextVersion(rule, rules.get(rule.rule_id), { by: 'file', atMs }),
      })),
    left: differing.map(({ rule_id }) => rule_id).filter(ruleId => !isOurs(ruleId)),
    orphans: [...rules.values()]
      .filter(({ rule_id, metadata }) => metadata.updated_by === 'file' && !named.has(rule_id))
      .map(({ rule_id }) => rule_id),
  }
}

/** Whether two rules say the same, whoever wrote them. */
function isSame(file: Rule, rule: Rule | undefined): boolean {
  if (rule === undefined) return false
  const { metadata: _file, ...wanted } = file
  const { metadata: _rule, ...known } = rule
  return isDeepStrictEqual(wanted, known)
}
