/** How the questions of a backtest were answered. */
export interface AnswerCounts {
  /** From what is recorded. */
  known: number
  /** By a model. */
  asked: number
  /** Not at all, though they were to be. */
  missing: number
}
