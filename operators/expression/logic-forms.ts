import type { Form, Forms, Kind, Operand, Run } from './operand.ts'
import { signatures } from './signatures.ts'
import { unaryForm } from './unary-form.ts'

/** `! && || ?:` of three values: true, false, and unknown for all else. */
export const logicForms: Forms = new Map<string, Form>([
  ['!', unaryForm({ takes: 'a boolean', typed: signatures([['boolean'], 'boolean']) }, not)],
  ['&&', { takes: 'booleans', typed: allBoolean, build: operands => decidedBy(false, operands) }],
  ['||', { takes: 'booleans', typed: allBoolean, build: operands => decidedBy(true, operands) }],
  ['?:', { takes: 'a boolean and two values of one type', typed: choiceKind, build: choice }],
])

function allBoolean(kinds: readonly Kind[]): Kind | undefined {
  return kinds.every(kind => kind === 'boolean' || kind === 'any') ? 'boolean' : undefined
}

function not({ run }: Operand): Run {
  return slots => {
    const value = run(slots)
    return typeof value === 'boolean' ? !value : undefined
  }
}

/** One operand that is `decider` decides the row, wherever it stands, whatever is unknown beside it. */
function decidedBy(decider: boolean, operands: readonly Operand[]): Run {
  const runs = operands.map(({ run }) => run)
  return slots => {
    let result: boolean | undefined = !decider
    for (const run of runs) {
      const value = run(slots)
      if (value === decider) return decider
      if (value !== !decider) result = undefined
    }
    return result
  }
}

function choiceKind([condition, yes, no]: readonly Kind[]): Kind | undefined {
  if (condition !== 'boolean' && condition !== 'any') return undefined
  if (yes === no) return yes
  return yes === 'any' || no === 'any' ? 'any' : undefined
}

function choice([condition, yes, no]: readonly Operand[]): Run {
  if (condition === undefined || yes === undefined || no === undefined) {
    throw new Error('a choice takes three operands')
  }
  return slots => {
    const value = condition.run(slots)
    if (value === true) return yes.run(slots)
    return value === false ? no.run(slots) : undefined
  }
}
