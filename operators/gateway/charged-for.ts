import { type FailureCode, PipelineError } from '../../schemas/failure.ts'
import type { TokenUse } from './quota.ts'

/** The provider did not begin to work on the request. */
const unpaid = new Set<FailureCode>([
  'model_rate_limited',
  'model_key_rejected',
  'model_out_of_money',
  'model_request_rejected',
  'budget_spent',
])

/** What a call that failed has used; null where nobody knows, so that it counts as it was estimated. */
export function chargedFor(error: unknown): TokenUse | null {
  return error instanceof PipelineError && unpaid.has(error.code) ? { input: 0, output: 0 } : null
}
