import type { Rule } from '../../schemas/rule.ts'
import { type CompiledExpression, compileExpression } from '../expression/compile-expression.ts'
import { createFieldTable, type FieldSlots } from '../expression/create-field-table.ts'

/** A rule compiled over the fields of its compiler: it may be in any number of tables. */
export interface CompiledRule {
  /** Absent for a rule that every event of its types passes. */
  readonly expression: CompiledExpression | undefined
  /** Of the fields that the expression reads. */
  readonly slots: ReadonlySet<number>
}

/** Unused slots are kept up to this, and as many more as there are used ones; then all rules are compiled anew. */
const UNUSED_SLOTS_MAX = 1024

/** Compiles each rule once, as long as its object stays the same, over one table of fields. */
export class RuleCompiler {
  readonly fields = createFieldTable()
  /** Slots that the rules of the newest table use. */
  private usedSlots = 0
  /** For which table a slot was used last. */
  private readonly usedFor: number[] = []
  private tables = 0
  private readonly compiled = new WeakMap<Rule, CompiledRule>()

  /** The compiler for the next table: a new one where too many fields are of rules that are gone. */
  forNextTable(): RuleCompiler {
    const unused = this.fields.size - this.usedSlots
    return unused > UNUSED_SLOTS_MAX + this.usedSlots ? new RuleCompiler() : this
  }

  /** From here on `use` counts for another table. */
  beginTable(): void {
    this.tables += 1
    this.usedSlots = 0
  }

  /** Characters that are still to be compiled. */
  unitsFor(rule: Rule): number {
    return this.compiled.has(rule) ? 0 : (rule.rule_config.pre_filter?.expression.length ?? 0)
  }

  /** For the table begun last. An expression that does not compile is a bug here: rules are validated before they are stored. */
  use(rule: Rule): CompiledRule {
    const compiled = this.compiled.get(rule) ?? this.compile(rule)
    this.compiled.set(rule, compiled)
    for (const slot of compiled.slots) {
      if (this.usedFor[slot] !== this.tables) this.usedSlots += 1
      this.usedFor[slot] = this.tables
    }
    return compiled
  }

  private compile(rule: Rule): CompiledRule {
    const slots = new Set<number>()
    const source = rule.rule_config.pre_filter?.expression
    if (source === undefined) return { expression: undefined, slots }
    const slotOf: FieldSlots['slotOf'] = path => {
      const slot = this.fields.slotOf(path)
      slots.add(slot)
      return slot
    }
    const compiled = compileExpression(source, { slotOf })
    if (compiled.ok) return { expression: compiled.expression, slots }
    const problems = compiled.problems.map(({ message, line, column }) => `${line}:${column} ${message}`)
    throw new Error(`the expression of rule ${rule.rule_id} does not compile: ${problems.join('; ')}`)
  }
}
