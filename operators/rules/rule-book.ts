import { z } from 'zod'
import type { TableChange } from '../keeping/kept-table.ts'
import { TableKeys, type TableRecord } from '../keeping/table-keys.ts'
import type { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { RuleWrite } from './rule-store.ts'
import { writingOrder } from './writing-order.ts'

export interface RuleBookOptions {
  /** Most rules; a record with one more is passed over by whoever reads it. */
  readonly rulesMax: number
  /** The rule in the value of a record, or why it is none that can run here. */
  readonly read: (ruleId: string, value: unknown) => Rule | string
  /** A record was passed over, and why: the rule stays as it was. */
  readonly onFault: (ruleId: string, reason: string) => void
}

/** Longest record, in bytes of its JSON: a rule with all that it may have takes less. */
const RULE_BYTES_MAX = 1024 * 1024
/** All rules together: ten thousand of a usual size take a quarter of it. */
const RULES_BYTES_MAX = 64 * 1024 * 1024
/**
 * What a character of an expression counts for, since compiled it takes 20 bytes of memory and up to 70: then 64 MiB of rules
 * are compiled beside the lanes without holding them up.
 */
const CHARACTER_BYTES = 16
const expressionSchema = z.object({
  rule_config: z.object({ pre_filter: z.object({ expression: z.string() }) }),
})

/** The newest version of each rule, as the records of the rules topic tell it in their order. */
export class RuleBook {
  readonly rules: ReadonlyMap<string, Rule>
  /** Rules whose newest record does not say the version that it is: those who come later could not know it. */
  readonly unversioned: ReadonlySet<string>
  private readonly known = new Map<string, Rule>()
  private readonly unsaid = new Set<string>()
  private readonly keys: TableKeys
  private readonly options: RuleBookOptions

  constructor(options: RuleBookOptions) {
    this.options = options
    this.rules = this.known
    this.unversioned = this.unsaid
    const { rulesMax: keysMax, onFault } = options
    const room = {
      bytesMax: RULES_BYTES_MAX,
      extraBytesOf: expressionBytes,
      name: `all rules together, each character of an expression counted as ${CHARACTER_BYTES} bytes more,`,
    }
    this.keys = new TableKeys({ keysMax, valueBytesMax: RULE_BYTES_MAX, room, onFault })
  }

  /** Reads the next record; false where it changes nothing. */
  read(record: TableRecord): boolean {
    const change = this.keys.read(record)
    return change?.kind === 'entry' && this.apply(change)
  }

  /** The log is read from its start again. */
  clear(): void {
    this.keys.clear()
    this.known.clear()
    this.unsaid.clear()
  }

  /** Why these writes must not be made; null where they may. */
  refusal(writes: readonly RuleWrite[]): PipelineError | null {
    const values = writingOrder(writes).map(
      ({ ruleId, rule }) => [ruleId, rule && JSON.stringify(rule)] as const,
    )
    return this.keys.refusal(new Map(values))
  }

  private apply({ key: ruleId, value }: Extract<TableChange, { kind: 'entry' }>): boolean {
    this.unsaid.delete(ruleId)
    if (value === null) return this.known.delete(ruleId)
    const rule = this.options.read(ruleId, value)
    if (typeof rule === 'string') {
      this.options.onFault(ruleId, rule)
      return false
    }
    this.known.set(ruleId, this.versioned(rule))
    return true
  }

  /** A record that says no version, or one that was there before, makes the next one. */
  private versioned(rule: Rule): Rule {
    const before = this.known.get(rule.rule_id)?.metadata.version ?? 0
    const { metadata } = rule
    if (metadata.version > before) return rule
    this.unsaid.add(rule.rule_id)
    return { ...rule, metadata: { ...metadata, version: before + 1 } }
  }
}

function expressionBytes(value: unknown): number {
  const parsed = expressionSchema.safeParse(value)
  return parsed.success ? CHARACTER_BYTES * parsed.data.rule_config.pre_filter.expression.length : 0
}
