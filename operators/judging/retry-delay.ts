import type { PipelineError } from '../../schemas/failure.ts'
import type { RetryPolicy } from './model-gate.ts'

/** Most that chance adds to a delay, as a share of it, so that windows which failed together do not come back together. */
const JITTER_SHARE = 0.2

/**
 * The delay after the `failures`-th failure (from 1) of a window's call, in milliseconds: `base * 2^n`, doubled on a rate
 * limit, capped, never less than the provider asked for. After a round of `retriesMax` retries comes the longest delay.
 */
export function retryDelay(
  error: PipelineError,
  failures: number,
  { policy, random }: { policy: RetryPolicy; random: () => number },
): number {
  const { retriesMax, baseDelayMs, delayMsMax } = policy
  const n = (failures - 1) % (retriesMax + 1)
  const doubled = error.code === 'model_rate_limited' ? 2 : 1
  const delayMs = n === retriesMax ? delayMsMax : Math.min(baseDelayMs * 2 ** n * doubled, delayMsMax)
  return Math.max(delayMs, error.retryAfterMs ?? 0) * (1 + JITTER_SHARE * random())
}
