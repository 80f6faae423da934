import type { PipelineError } from '../../schemas/failure.ts'
import type { RetryPolicy } from '../gateway/model-gate.ts'

/** Most that chance adds to a delay, as a share of it, so that windows which failed together do not come back together. */
const JITTER_SHARE = 0.2

/**
 * The delay after the `failures`-th failure (from 1) of a window's call, in milliseconds: `base * 2^n`, doubled on a rate limit,
 * and with its jitter at most the longest delay; what the provider asks for is waited in full, however long it is, and jitter
 * only adds to it. After a round of `retriesMax` retries comes the longest delay.
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
  const askedMs = error.retryAfterMs ?? 0
  // A share of our own delay: a fifth of an hour that was asked for would be lost for nothing.
  const jitterMs = delayMs * JITTER_SHARE * random()
  if (askedMs > delayMsMax) return askedMs + jitterMs
  return Math.min(Math.max(delayMs, askedMs) + jitterMs, delayMsMax)
}
