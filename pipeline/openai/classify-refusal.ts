import { PipelineError } from '../../schemas/failure.ts'
import { retryAfterOf } from './retry-after-of.ts'
import type { FailureCode } from '../../schemas/failure.ts'

/** Which model at which address, for messages. */
export interface Endpoint {
  readonly baseUrl: string
  readonly model: string
}

/** What a provider says when it does not answer the question. */
export interface Refusal {
  readonly status: number
  readonly headers: Headers
  readonly code: unknown
  readonly type: unknown
  readonly cause?: unknown
}

// A body's code says more than the status: 429 can mean that the money is gone, 400 that a filter stopped the request.
const codesByBody = new Map<unknown, FailureCode>([
  ['insufficient_quota', 'model_out_of_money'],
  ['credit_balance_exhausted', 'model_out_of_money'],
  ['billing_hard_limit_reached', 'model_out_of_money'],
  ['billing_not_active', 'model_out_of_money'],
  ['enforced_spend_limit_reached', 'model_out_of_money'],
  ['invalid_api_key', 'model_key_rejected'],
  ['content_filter', 'model_content_filtered'],
  ['content_policy_violation', 'model_content_filtered'],
  ['context_length_exceeded', 'model_request_rejected'],
  ['model_not_found', 'model_unreachable'],
  ['DeploymentNotFound', 'model_unreachable'],
])

// A wrong path or model name is a fault of the configuration that concerns every window, so 404 and 405 wait as if the
// model were not there; the window is not undecided for it.
const codesByStatus = new Map<number, FailureCode>([
  [401, 'model_key_rejected'],
  [402, 'model_out_of_money'],
  [403, 'model_key_rejected'],
  [404, 'model_unreachable'],
  [405, 'model_unreachable'],
  [407, 'model_unreachable'],
  [408, 'model_timeout'],
  [409, 'model_overloaded'],
  [425, 'model_overloaded'],
  [429, 'model_rate_limited'],
  [499, 'model_timeout'],
])

const hints: Partial<Record<FailureCode, string>> = {
  model_key_rejected: '; check api_key',
  model_out_of_money: '; check the balance and the limits of the account',
  model_unreachable: '; check base_url and model',
}

/** Turns a refusal into a failure by its status and the codes in its body. The provider's text stays in the cause. */
export function classifyRefusal(refusal: Refusal, endpoint: Endpoint, nowMs: number): PipelineError {
  const { status, headers, cause } = refusal
  const retryAfterMs = retryAfterOf(headers, nowMs)
  const code = codeOf(refusal, retryAfterMs !== undefined)
  const named = [refusal.code, refusal.type].find(
    part => typeof part === 'string' && /^[\w.-]{1,64}$/.test(part),
  )
  const detail = typeof named === 'string' ? ` (${named})` : ''
  return new PipelineError(
    code,
    `${endpoint.baseUrl} answered ${status}${detail} for model ${endpoint.model}${hints[code] ?? ''}`,
    { cause, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  )
}

function codeOf(refusal: Refusal, asksToWait: boolean): FailureCode {
  const { status } = refusal
  const byBody = bodyCode(refusal)
  if (byBody !== undefined) return byBody
  // API gateways answer a used up quota with 403 and say when it is filled again.
  if (status === 403 && asksToWait) return 'model_rate_limited'
  return codesByStatus.get(status) ?? codeOfClass(status)
}

/** A server error stays one whatever its body says. */
function bodyCode({ status, code, type }: Refusal): FailureCode | undefined {
  return status < 500 ? (codesByBody.get(code) ?? codesByBody.get(type)) : undefined
}

function codeOfClass(status: number): FailureCode {
  if (status >= 500) return 'model_overloaded'
  return status >= 400 ? 'model_request_rejected' : 'model_unreachable'
}
