import type { ChangedDecision } from '../../../../schemas/backtest/backtest-difference.ts'

const kinds: Readonly<Record<ChangedDecision['kind'], string>> = {
  verdict: 'decided otherwise',
  window: 'in another window',
  only_before: 'only before',
  only_after: 'only after',
}

/** What lies between two decisions, in words. */
export function kindText(kind: ChangedDecision['kind']): string {
  return kinds[kind]
}
