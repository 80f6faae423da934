import type { Outcome } from '../../../../schemas/decision.ts'

const words: Readonly<Record<Outcome, string>> = {
  triggered: 'yes',
  not_triggered: 'no',
  below_threshold: 'yes, too unsure',
  undecided: 'undecided',
  cancelled: 'cancelled',
  skipped: 'skipped',
}

/** What was decided, and how sure the model was. */
export function outcomeText(outcome: Outcome, confidence: number | null = null): string {
  return confidence === null ? words[outcome] : `${words[outcome]} ${confidence.toFixed(2)}`
}
