import type { Form, Operand, Run } from './operand.ts'

/** A form of two operands. */
export function binaryForm(
  form: Pick<Form, 'takes' | 'typed'>,
  build: (left: Operand, right: Operand) => Run,
): Form {
  return {
    ...form,
    build([left, right]) {
      if (left === undefined || right === undefined) throw new Error('a form was built without its operands')
      return build(left, right)
    },
  }
}
