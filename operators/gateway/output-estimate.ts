import { OldestFirstMap } from '../oldest-first-map.ts'

export interface OutputEstimateOptions {
  /** Most rules remembered; past it the one goes that was answered longest ago. */
  readonly rulesMax: number
}

/** How long the answers to a rule are, in tokens. */
export interface OutputEstimate {
  /** Also of an answer that was cut or broken; one without a count (0) says nothing. */
  answered(ruleId: string, outputTokens: number): void
  /** What to reserve: `outputTokensMax`, the limit that the request carries, until enough answers are known. */
  estimate(ruleId: string, outputTokensMax: number): number
}

const ANSWERS_MIN = 20
/** Answers remembered for each rule. */
const ANSWERS_MAX = 100
const SHARE = 0.95
/** How many answers may come before it is found anew: sorting them for each question takes as long as admitting it. */
const STALE_MAX = 10

/** Estimates by the 95th percentile of the newest answers to the same rule. */
export function outputEstimate({ rulesMax }: OutputEstimateOptions): OutputEstimate {
  const rules = new OldestFirstMap<NewestAnswers>(rulesMax)
  return {
    answered(ruleId, outputTokens) {
      if (outputTokens <= 0) return
      const answers = rules.get(ruleId) ?? new NewestAnswers()
      answers.add(outputTokens)
      // Anew each time, so that it is the youngest.
      rules.set(ruleId, answers)
    },
    estimate: (ruleId, outputTokensMax) =>
      Math.min(rules.get(ruleId)?.percentile ?? outputTokensMax, outputTokensMax),
  }
}

class NewestAnswers {
  private readonly lengths = new Float64Array(ANSWERS_MAX)
  private count = 0
  private known: number | undefined

  add(outputTokens: number): void {
    this.lengths[this.count++ % ANSWERS_MAX] = outputTokens
    if (this.count % STALE_MAX === 0) this.known = undefined
  }

  /** Undefined while too few are known. */
  get percentile(): number | undefined {
    if (this.count < ANSWERS_MIN) return undefined
    if (this.known === undefined) {
      const sorted = this.lengths.slice(0, this.count).sort()
      this.known = sorted[Math.ceil(sorted.length * SHARE) - 1]
    }
    return this.known
  }
}
