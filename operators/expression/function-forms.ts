import { binaryForm } from './binary-form.ts'
import type { Form, Forms, Kind, Operand, Run } from './operand.ts'
import { signatures } from './signatures.ts'
import { unaryForm } from './unary-form.ts'

/** The functions, all pure; each may be written as a method of its first argument. */
export const functionForms: Forms = new Map<string, Form>([
  ['abs', unaryForm({ takes: 'a number', typed: signatures([['number'], 'number']) }, absolute)],
  ['min', extreme((least, next) => Math.min(least, next))],
  ['max', extreme((most, next) => Math.max(most, next))],
  ['size', unaryForm({ takes: 'a text, a list or a map', typed: sized }, size)],
  ['contains', onTexts((text, part) => text.includes(part))],
  ['startsWith', onTexts((text, part) => text.startsWith(part))],
  ['endsWith', onTexts((text, part) => text.endsWith(part))],
])

function absolute({ run }: Operand): Run {
  return slots => {
    const value = run(slots)
    return typeof value === 'number' ? Math.abs(value) : undefined
  }
}

function extreme(choose: (best: number, next: number) => number): Form {
  return {
    takes: 'numbers, or one list of numbers',
    typed: extremeKind,
    build([first, ...others]) {
      if (first === undefined) throw new Error('min and max take an operand')
      if (others.length === 0) return slots => chooseAmong(asList(first.run(slots)), choose)
      const operands = [first, ...others]
      return slots =>
        chooseAmong(
          operands.map(({ run }) => run(slots)),
          choose,
        )
    },
  }
}

function extremeKind(kinds: readonly Kind[]): Kind | undefined {
  const [first] = kinds
  if (kinds.length === 1 && first === 'list') return 'number'
  return kinds.length > 0 && kinds.every(kind => kind === 'number' || kind === 'any') ? 'number' : undefined
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** Unknown for no values, and as soon as one is not a number. */
function chooseAmong(
  values: readonly unknown[],
  choose: (best: number, next: number) => number,
): number | undefined {
  let best: number | undefined
  for (const value of values) {
    if (typeof value !== 'number') return undefined
    best = best === undefined ? value : choose(best, value)
  }
  return best
}

function sized(kinds: readonly Kind[]): Kind | undefined {
  const [kind] = kinds
  return kinds.length === 1 && kind !== 'number' && kind !== 'boolean' && kind !== 'null'
    ? 'number'
    : undefined
}

function size({ run }: Operand): Run {
  return slots => {
    const value = run(slots)
    if (typeof value === 'string') return codePoints(value)
    if (typeof value !== 'object' || value === null) return undefined
    return Array.isArray(value) ? value.length : Object.keys(value).length
  }
}

function codePoints(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; count += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
  }
  return count
}

function onTexts(test: (text: string, part: string) => boolean): Form {
  const typed = signatures([['text', 'text'], 'boolean'])
  return binaryForm({ takes: 'two texts', typed }, (left, right) => slots => {
    const text = left.run(slots)
    const part = right.run(slots)
    return typeof text === 'string' && typeof part === 'string' ? test(text, part) : undefined
  })
}
