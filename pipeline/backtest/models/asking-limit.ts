import { PipelineError } from '../../../schemas/failure.ts'

export interface AskingLimitOptions {
  /** For all calls of the run together; null for no limit. */
  readonly budgetUsd: number | null
  readonly callsMax: number | null
}

/** How many calls a run may still make, and for how much. Once it has refused one, it refuses all. */
export class AskingLimit {
  private readonly options: AskingLimitOptions
  private spentUsd = 0
  private reservedUsd = 0
  private calls = 0
  private refused: 'calls' | 'money' | null = null

  constructor(options: AskingLimitOptions) {
    this.options = options
  }

  /** What it was that did not suffice; null while all did. */
  get spent(): 'calls' | 'money' | null {
    return this.refused
  }

  /** One call that costs at most so much; answers what is to be told of its cost, or why it must not be made. */
  take(usdMax: number): ((usd: number) => void) | PipelineError {
    const { budgetUsd, callsMax } = this.options
    if (callsMax !== null && this.calls >= callsMax) this.refused ??= 'calls'
    const isTooDear = budgetUsd !== null && this.spentUsd + this.reservedUsd + usdMax > budgetUsd
    if (isTooDear) this.refused ??= 'money'
    if (this.refused !== null) return this.refusal()
    this.calls++
    this.reservedUsd += usdMax
    return usd => {
      this.reservedUsd -= usdMax
      this.spentUsd += usd
    }
  }

  private refusal(): PipelineError {
    const { budgetUsd, callsMax } = this.options
    const limit = this.refused === 'calls' ? `--max-calls ${callsMax}` : `--budget-usd ${budgetUsd}`
    return new PipelineError('budget_spent', `not asked: ${limit} is used up`)
  }
}
