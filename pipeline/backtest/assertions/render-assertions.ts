import { printable } from '../../terminal/printable.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import type { Assertion } from './assertion.ts'

/** Each assertion that failed, with what was expected and what there was, and how many there are. */
export function renderAssertions(
  assertions: readonly Assertion[],
  { paint }: Pick<Terminal, 'paint'>,
): readonly string[] {
  if (assertions.length === 0) return []
  const failed = assertions.filter(({ passed }) => !passed)
  const lines = failed.map(
    ({ name, expected, got }) =>
      `${paint('red', 'FAIL')}  ${printable(name)}: expected ${printable(expected)}, got ${printable(got)}`,
  )
  const count = `${assertions.length} expectation${assertions.length === 1 ? '' : 's'}`
  return [...lines, failed.length === 0 ? `${count}: all met` : `${count}: ${failed.length} not met`]
}
