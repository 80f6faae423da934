import { binaryForm } from './binary-form.ts'
import type { Form, Forms, Operand, Run } from './operand.ts'
import { signatures } from './signatures.ts'
import { unaryForm } from './unary-form.ts'

/** Longest text that `+` makes, in characters; a longer one is unknown. */
export const SUM_CHARACTERS_MAX = 1_048_576

/**
 * `+ - * / %` of doubles, and `+` of texts.
 *
 * A result that is not finite is unknown: so a division by zero neither matches nor matches under negation.
 */
export const arithmeticForms: Forms = new Map<string, Form>([
  ['+', sum()],
  ['-', difference()],
  ['*', onNumbers((left, right) => left * right)],
  ['/', onNumbers((left, right) => left / right)],
  ['%', onNumbers((left, right) => left % right)],
])

function onNumbers(compute: (left: number, right: number) => number): Form {
  const typed = signatures([['number', 'number'], 'number'])
  return binaryForm({ takes: 'two numbers', typed }, (left, right) => slots => {
    const first = left.run(slots)
    const second = right.run(slots)
    if (typeof first !== 'number' || typeof second !== 'number') return undefined
    return finite(compute(first, second))
  })
}

function sum(): Form {
  const typed = signatures([['number', 'number'], 'number'], [['text', 'text'], 'text'])
  return binaryForm({ takes: 'two numbers or two texts', typed }, (left, right) => slots => {
    const first = left.run(slots)
    const second = right.run(slots)
    if (typeof first === 'number' && typeof second === 'number') return finite(first + second)
    if (typeof first !== 'string' || typeof second !== 'string') return undefined
    return first.length + second.length > SUM_CHARACTERS_MAX ? undefined : first + second
  })
}

/** `-` has one operand or two. */
function difference(): Form {
  const two = onNumbers((left, right) => left - right)
  const one = unaryForm({ takes: two.takes, typed: signatures([['number'], 'number']) }, minus)
  return {
    takes: 'numbers',
    typed: kinds => (kinds.length === 1 ? one : two).typed(kinds),
    build: operands => (operands.length === 1 ? one : two).build(operands),
  }
}

function minus({ run }: Operand): Run {
  return slots => {
    const value = run(slots)
    return typeof value === 'number' ? -value : undefined
  }
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
