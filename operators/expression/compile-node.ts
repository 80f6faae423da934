import { arithmeticForms } from './arithmetic-forms.ts'
import { comparisonForms } from './comparison-forms.ts'
import type { ExpressionNode, Fault } from './expression-node.ts'
import { fieldPath } from './field-path.ts'
import type { FieldSlots } from './create-field-table.ts'
import { functionForms } from './function-forms.ts'
import { logicForms } from './logic-forms.ts'
import type { Form, Forms, Kind, Operand, Run } from './operand.ts'
import { ownField } from './own-field.ts'

/** What compiling the parts of one expression shares. */
export interface Compilation {
  readonly fields: FieldSlots
  readonly faults: Fault[]
}

/** Compiles a tree into closures over slots and checks its types; every fault is reported, not only the first. */
export function compileNode(node: ExpressionNode, compilation: Compilation): Operand {
  switch (node.kind) {
    case 'literal':
      return { kind: kindOf(node.value), run: () => node.value, constant: node.value }
    case 'field':
      return field(node, compilation)
    case 'select':
      return select(node, compilation)
    case 'list':
      return list(node, compilation)
    case 'call':
      return node.name === 'has' ? has(node, compilation) : call(node, compilation)
    case 'refused':
      return unknown
  }
}

type NodeOf<K extends ExpressionNode['kind']> = Extract<ExpressionNode, { readonly kind: K }>

/** Stands in for a part that was refused, and fits everywhere, so that one mistake is reported once. */
const unknown: Operand = { kind: 'any', run: () => undefined }

const forms: Forms = new Map<string, Form>([
  ...logicForms,
  ...comparisonForms,
  ...arithmeticForms,
  ...functionForms,
])

function kindOf(value: string | number | boolean | null): Kind {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'text'
  return typeof value === 'number' ? 'number' : 'boolean'
}

function field({ names, at }: NodeOf<'field'>, { fields, faults }: Compilation): Operand {
  const path = fieldPath(names)
  const slot = fields.slotOf(path)
  const run: Run = slots => slots.read(slot)
  if (path[0] === 'data') return { kind: path.length === 1 ? 'map' : 'any', run, slot }
  if (path.length === 1) return { kind: 'text', run, slot }
  faults.push({ code: 'no_fields', message: `${names.slice(0, 1).join()} is a text and has no fields`, at })
  return unknown
}

function select({ from, key, at }: NodeOf<'select'>, compilation: Compilation): Operand {
  const { kind, run } = compileNode(from, compilation)
  const needed = typeof key === 'string' ? 'map' : 'list'
  if (kind !== needed && kind !== 'any') {
    const message = `${typeof key === 'string' ? 'a field' : 'an element'} is taken from a ${needed}, not from ${kind}`
    compilation.faults.push({ code: 'type_mismatch', message, at })
    return unknown
  }
  if (typeof key === 'string') return { kind: 'any', run: slots => ownField(run(slots), key) }
  return { kind: 'any', run: slots => element(run(slots), key) }
}

function element(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value[index] : undefined
}

/** A list with an unknown element is unknown. */
function list({ items }: NodeOf<'list'>, compilation: Compilation): Operand {
  const operands = items.map(item => compileNode(item, compilation))
  const constants = operands.map(({ constant }) => constant)
  if (!constants.includes(undefined)) return { kind: 'list', run: () => constants, constant: constants }
  return {
    kind: 'list',
    run: slots => {
      const values = operands.map(({ run }) => run(slots))
      return values.includes(undefined) ? undefined : values
    },
  }
}

/** Whether a field is there, null included: always true or false, also below a field that is missing. */
function has({ args, at }: NodeOf<'call'>, compilation: Compilation): Operand {
  const [target] = args
  if (args.length !== 1 || target === undefined || !isSelection(target)) {
    compilation.faults.push({
      code: 'type_mismatch',
      message: 'has takes one field, such as has(data.price)',
      at,
    })
    return unknown
  }
  const { run } = compileNode(target, compilation)
  return { kind: 'boolean', run: slots => run(slots) !== undefined }
}

function isSelection({ kind }: ExpressionNode): boolean {
  return kind === 'field' || kind === 'select' || kind === 'refused'
}

function call({ name, args, at }: NodeOf<'call'>, compilation: Compilation): Operand {
  const operands = args.map(arg => compileNode(arg, compilation))
  const form = forms.get(name)
  if (form === undefined) {
    const known = ['has', ...functionForms.keys()].join(', ')
    const message = `there is no function ${name.slice(0, 40)}; there are ${known}`
    compilation.faults.push({ code: 'unknown_function', message, at })
    return unknown
  }
  const kinds = operands.map(({ kind }) => kind)
  const kind = form.typed(kinds)
  if (kind === undefined) {
    const message = `${name} takes ${form.takes}, not ${kinds.join(' and ') || 'nothing'}`
    compilation.faults.push({ code: 'type_mismatch', message, at })
    return unknown
  }
  return { kind, run: form.build(operands) }
}
