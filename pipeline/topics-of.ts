/** The topics of one deployment, by their full names. */
export interface Topics {
  readonly work: string
  readonly decisions: string
  readonly alerts: string
  readonly deadLetter: string
  readonly rules: string
  readonly deliveries: string
  readonly modelLimits: string
}

/** Names the topics of the deployment that has this prefix. */
export function topicsOf(prefix: string): Topics {
  return {
    work: `${prefix}work`,
    decisions: `${prefix}decisions`,
    alerts: `${prefix}alerts`,
    deadLetter: `${prefix}dead-letter`,
    rules: `${prefix}rules`,
    deliveries: `${prefix}deliveries`,
    modelLimits: `${prefix}model-limits`,
  }
}
