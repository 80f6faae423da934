import { OldestFirstMap } from '../oldest-first-map.ts'

export interface InputCalibrationOptions {
  /** Most models remembered; past it the one goes that answered longest ago. */
  readonly modelsMax: number
}

export interface CountedInput {
  /** By `estimateTokens`. */
  readonly estimated: number
  /** By the provider; one that does not count (0) says nothing. */
  readonly actual: number
}

/** How many tokens the prompts of a model really have. */
export interface InputCalibration {
  answered(model: string, input: CountedInput): void
  /** What to reserve for a prompt that is `estimated` so large: just that, until enough answers are known. */
  estimate(model: string, estimated: number): number
}

const ANSWERS_MIN = 20
/** Share of the newest answer in the average: about the last 40 count. */
const NEWEST_SHARE = 0.05
const FACTOR_MIN = 0.25
const FACTOR_MAX = 2

interface Average {
  readonly estimated: number
  readonly actual: number
  readonly answers: number
}

/**
 * Corrects estimates by what the same model has counted.
 *
 * Both sides are averaged apart, so that each prompt has the weight of its size: what has to be right is the sum of all
 * prompts of a minute, and small prompts of one rule say little about the large ones of another.
 */
export function inputCalibration({ modelsMax }: InputCalibrationOptions): InputCalibration {
  const averages = new OldestFirstMap<Average>(modelsMax)
  return {
    answered(model, { estimated, actual }) {
      if (estimated <= 0 || actual <= 0) return
      const average = averages.get(model)
      averages.set(model, {
        estimated: moved(average?.estimated, estimated),
        actual: moved(average?.actual, actual),
        answers: (average?.answers ?? 0) + 1,
      })
    },
    estimate: (model, estimated) => Math.ceil(estimated * factorOf(averages.get(model))),
  }
}

function moved(average: number | undefined, newest: number): number {
  return average === undefined ? newest : average + NEWEST_SHARE * (newest - average)
}

function factorOf(average: Average | undefined): number {
  if (average === undefined || average.answers < ANSWERS_MIN) return 1
  return Math.min(Math.max(average.actual / average.estimated, FACTOR_MIN), FACTOR_MAX)
}
