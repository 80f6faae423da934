/** What the process says by its exit. */
export const exitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  ruleInvalid: 3,
  assertionFailed: 4,
  unreachable: 5,
} as const
