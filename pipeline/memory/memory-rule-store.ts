import { defer, of } from 'rxjs'
import type { RuleStore, RuleWrite } from '../../operators/rules/rule-store.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { type Rule, ruleSchema } from '../../schemas/rule.ts'
import type { MemoryPartition } from './memory-partition.ts'

export interface MemoryRuleStoreOptions {
  /** Most rules. */
  readonly keysMax: number
}

/** Rules on a partition of the in-memory log, at once. Each store on the same one stands for a process. */
export function memoryRuleStore(log: MemoryPartition, { keysMax }: MemoryRuleStoreOptions): RuleStore {
  const held = new Map<string, Rule>()
  let position = 0
  const current = (): ReadonlyMap<string, Rule> => {
    for (const { key, value } of log.records.slice(position)) {
      const id = String(key)
      if (value === null) held.delete(id)
      else held.set(id, ruleSchema.parse(JSON.parse(value.toString())))
    }
    position = log.records.length
    return held
  }
  return {
    get rules() {
      return current()
    },
    change: write =>
      defer(() => {
        const writes = write(current())
        refuseOver(keysMax, held, writes)
        for (const { ruleId, rule } of writes) {
          log.append({ key: ruleId, value: rule === null ? null : JSON.stringify(rule) }, 0)
        }
        current()
        return of(writes)
      }),
  }
}

function refuseOver(keysMax: number, held: ReadonlyMap<string, Rule>, writes: readonly RuleWrite[]): void {
  const ids = new Set(held.keys())
  for (const { ruleId, rule } of writes) {
    if (rule === null) ids.delete(ruleId)
    else ids.add(ruleId)
  }
  if (ids.size > keysMax && ids.size > held.size)
    throw new PipelineError('table_full', `there are ${held.size} rules, at most ${keysMax} are taken`)
}
