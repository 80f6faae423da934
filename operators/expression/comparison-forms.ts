import { binaryForm } from './binary-form.ts'
import { equal } from './equal.ts'
import type { Form, Forms, Operand, Run } from './operand.ts'
import { ownField } from './own-field.ts'
import { signatures } from './signatures.ts'

/** `== != < <= > >= in`: unknown where the types of the operands do not fit. */
export const comparisonForms: Forms = new Map<string, Form>([
  ['==', equality(isEqual)],
  ['!=', equality((left, right) => negated(isEqual(left, right)))],
  ['<', order((left, right) => left < right, { constant: lessThan })],
  ['<=', order((left, right) => left <= right, { constant: atMost })],
  ['>', order((left, right) => left > right, { constant: greaterThan })],
  ['>=', order((left, right) => left >= right, { constant: atLeast })],
  ['in', membership()],
])

type Ordered = number | string | boolean

function equality(build: (left: Operand, right: Operand) => Run): Form {
  const typed = signatures(
    [['null', 'any'], 'boolean'],
    [['any', 'null'], 'boolean'],
    [['number', 'number'], 'boolean'],
    [['text', 'text'], 'boolean'],
    [['boolean', 'boolean'], 'boolean'],
    [['list', 'list'], 'boolean'],
    [['map', 'map'], 'boolean'],
  )
  return binaryForm({ takes: 'two values of one type, or null', typed }, build)
}

function isEqual(left: Operand, right: Operand): Run {
  if (left.slot !== undefined && isPlain(right.constant)) return isConstant(left.slot, right.constant)
  if (right.slot !== undefined && isPlain(left.constant)) return isConstant(right.slot, left.constant)
  return slots => equal(left.run(slots), right.run(slots))
}

function isPlain(constant: unknown): constant is Ordered {
  return typeof constant === 'string' || typeof constant === 'number' || typeof constant === 'boolean'
}

function isConstant(slot: number, constant: Ordered): Run {
  return slots => {
    const value = slots.read(slot)
    if (value === constant) return true
    return typeof value === typeof constant || value === null ? false : undefined
  }
}

function negated(run: Run): Run {
  return slots => {
    const value = run(slots)
    return typeof value === 'boolean' ? !value : undefined
  }
}

/** `constant`: the same for a field against a written number, which is what most rules say. */
function order(
  test: (left: Ordered, right: Ordered) => boolean,
  fast: { readonly constant: (slot: number, limit: number) => Run },
): Form {
  const typed = signatures(
    [['number', 'number'], 'boolean'],
    [['text', 'text'], 'boolean'],
    [['boolean', 'boolean'], 'boolean'],
  )
  return binaryForm({ takes: 'two numbers or two texts', typed }, (left, right) => {
    if (left.slot !== undefined && typeof right.constant === 'number') {
      return fast.constant(left.slot, right.constant)
    }
    return slots => {
      const first = left.run(slots)
      const second = right.run(slots)
      return isPlain(first) && isPlain(second) && typeof first === typeof second
        ? test(first, second)
        : undefined
    }
  })
}

function lessThan(slot: number, limit: number): Run {
  return slots => {
    const value = slots.read(slot)
    return typeof value === 'number' ? value < limit : undefined
  }
}

function atMost(slot: number, limit: number): Run {
  return slots => {
    const value = slots.read(slot)
    return typeof value === 'number' ? value <= limit : undefined
  }
}

function greaterThan(slot: number, limit: number): Run {
  return slots => {
    const value = slots.read(slot)
    return typeof value === 'number' ? value > limit : undefined
  }
}

function atLeast(slot: number, limit: number): Run {
  return slots => {
    const value = slots.read(slot)
    return typeof value === 'number' ? value >= limit : undefined
  }
}

function membership(): Form {
  const typed = signatures([['any', 'list'], 'boolean'], [['text', 'map'], 'boolean'])
  return binaryForm({ takes: 'a value and a list, or a text and a map', typed }, (left, right) => {
    const constants = sameType(right.constant)
    if (constants !== undefined) return isOneOf(left, constants)
    return slots => contains(right.run(slots), left.run(slots))
  })
}

/** The elements of a written list, where all are texts or all are numbers. */
function sameType(constant: unknown): readonly Ordered[] | undefined {
  if (!Array.isArray(constant)) return undefined
  const items: readonly unknown[] = constant
  const [first] = items
  const same = items.filter(isPlain).filter(item => typeof item === typeof first)
  return same.length > 0 && same.length === items.length ? same : undefined
}

function isOneOf(left: Operand, items: readonly Ordered[]): Run {
  const type = typeof items[0]
  const known: ReadonlySet<unknown> = new Set(items)
  return slots => {
    const value = left.run(slots)
    if (typeof value === type) return known.has(value)
    return value === null ? false : undefined
  }
}

function contains(container: unknown, value: unknown): boolean | undefined {
  if (value === undefined || container === null || typeof container !== 'object') return undefined
  if (Array.isArray(container)) return isAmong(container, value)
  return typeof value === 'string' ? ownField(container, value) !== undefined : undefined
}

/** Unknown where no element is equal and one of them could not be compared. */
function isAmong(items: readonly unknown[], value: unknown): boolean | undefined {
  let result: boolean | undefined = false
  for (const item of items) {
    const same = equal(value, item)
    if (same === true) return true
    if (same === undefined) result = undefined
  }
  return result
}
