import type { Form, Operand, Run } from './operand.ts'

/** A form of one operand. */
export function unaryForm(form: Pick<Form, 'takes' | 'typed'>, build: (operand: Operand) => Run): Form {
  return {
    ...form,
    build([operand]) {
      if (operand === undefined) throw new Error('a form was built without its operand')
      return build(operand)
    },
  }
}
