/** What one worker that still runs has counted of its calls, and what its model has. */
export interface CallCount {
  readonly worker: string
  readonly requests: number
  readonly counted: number
  /** Of `counted`: calls that had no answer, so that the model may never have seen them. */
  readonly failed: number
  readonly abandoned: number
}

export interface CallBalance {
  /** At all models, those of killed workers too. */
  readonly requests: number
  /** Named in committed decisions. */
  readonly attempts: number
  readonly workers: readonly CallCount[]
  /** Without a fault nothing is lost with a lane, and the balance is exact. */
  readonly disturbed: boolean
}

/** A worker counts each of its calls; decisions name each that came of something; none is named that was not made. */
export function checkCalls({ requests, attempts, workers, disturbed }: CallBalance): readonly string[] {
  const miscounted = workers.filter(isMiscounted)
  const unseen = workers.reduce((sum, { counted, requests: seen }) => sum + Math.max(0, counted - seen), 0)
  const problems = miscounted.map(
    ({ worker, counted, requests: seen }) => `${worker} counted ${counted} calls, its model ${seen}`,
  )
  if (attempts > requests + unseen)
    problems.push(`decisions name ${attempts} requests, the model got ${requests}`)
  if (!disturbed && attempts !== requests)
    problems.push(`without a fault decisions name ${attempts} requests, the model got ${requests}`)
  return problems
}

function isMiscounted({ counted, requests, failed, abandoned }: CallCount): boolean {
  return counted < requests || counted > requests + failed + abandoned
}
