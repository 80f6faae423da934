import fc from 'fast-check'

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    '',
    null,
    -1,
    1e308,
    0.5,
    [],
    {},
    '__proto__',
    'constructor',
    '\u0000',
    'x'.repeat(5000),
  ),
)

/** A value with one place in it changed to something else: another type, a key more, a key less. */
export function brokenValue(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(values, fc.array(fc.nat(50), { maxLength: 4 }), strange, fc.string()).map(broken)
}

function broken([value, path, other, key]: [unknown, readonly number[], unknown, string]): unknown {
  const [step, ...rest] = path
  if (step === undefined || typeof value !== 'object' || value === null) return other
  if (Array.isArray(value)) {
    const at = step % (value.length + 1)
    return value.toSpliced(at, 1, broken([value[at], rest, other, key]))
  }
  const keys = Object.keys(value)
  const chosen = [...keys, key][step % (keys.length + 1)] ?? key
  const { [chosen]: inner, ...others } = Object.fromEntries(Object.entries(value))
  // An odd last step takes the key away.
  return rest.length === 0 && step % 2 === 1
    ? others
    : { ...others, [chosen]: broken([inner, rest, other, key]) }
}
