import type { ClosedBy, Decision } from '../../schemas/decision.ts'
import type { Span, Style } from './paint-line.ts'

/** A decision in words: about what the question was, and what the answer. */
export interface DecisionWords {
  /** The time of day. */
  readonly time: string
  readonly subject: string
  /** How the window closed. */
  readonly closed: string
  readonly verdict: Span
  readonly reason: string
}

const closings: Readonly<Record<ClosedBy, string>> = {
  event: 'at once',
  size: 'window full',
  time: 'time is up',
  tick: 'tick',
  pressure: 'closed early',
  rule_change: 'rule changed',
}

const styles = {
  triggered: 'green',
  not_triggered: 'yellow',
  below_threshold: 'yellow',
  undecided: 'red',
  cancelled: 'red',
  skipped: 'red',
} as const satisfies Record<Decision['outcome'], Style>

/** Says what was decided in the words of the terminal view. */
export function describeDecision(decision: Decision): DecisionWords {
  const { decided_at, rule_id, key, closed_by, outcome, error } = decision
  return {
    time: decided_at.slice(11, 19),
    subject: `${rule_id} ${key}`,
    closed: `${counted(decision.event_count)}, ${closings[closed_by]}`,
    verdict: { text: verdictOf(decision), style: styles[outcome] },
    reason: decision.reason ?? error?.message ?? '',
  }
}

function verdictOf({ outcome, confidence }: Decision): string {
  const sure = confidence === null ? '' : ` ${confidence.toFixed(2)}`
  if (outcome === 'triggered') return `yes${sure}`
  if (outcome === 'not_triggered') return `no${sure}`
  if (outcome === 'below_threshold') return `yes${sure}, too unsure`
  return outcome
}

function counted(events: number): string {
  return `${events} event${events === 1 ? '' : 's'}`
}
