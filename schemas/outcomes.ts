/** What may become of a window. */
export const outcomes = [
  'triggered',
  'not_triggered',
  'below_threshold',
  'undecided',
  'cancelled',
  'skipped',
] as const

/** What may close one. */
export const closings = ['event', 'size', 'time', 'tick', 'pressure', 'rule_change'] as const
