import { PipelineError } from '../../schemas/failure.ts'
import { limitHitOf } from './limit-hit-of.ts'
import { readProviderLimits } from './read-provider-limits.ts'
import { readRefusal } from './read-refusal.ts'
import { retryAfterOf } from './retry-after-of.ts'
import type { FailureCode } from '../../schemas/failure.ts'
import type { ReadRefusal } from './read-refusal.ts'

/** Which model at which address, for messages. */
export interface Endpoint {
  readonly baseUrl: string
  readonly model: string
}

/** What a provider says when it does not answer the question. */
export interface Refusal {
  readonly status: number
  readonly headers: Headers
  /** Parsed, or the error in it. */
  readonly body: unknown
  readonly cause?: unknown
}

/**
 * A longer wait is cut: no window is held so long, and a timer takes no more than 24 days, past which it fires at once.
 */
const WAIT_MS_MAX = 7 * 86_400_000

// A body's code says more than the status: 429 can mean that the money is gone or that the provider has too much to do, 400
// that a filter stopped the request, 403 a limit. One table serves all providers: no code means two things at two of them.
const codesByBody = new Map<string, FailureCode>([
  ['insufficient_quota', 'model_out_of_money'],
  ['credit_balance_exhausted', 'model_out_of_money'],
  ['organization_usage_limit_exceeded', 'model_out_of_money'],
  ['organization_spend_limit_exceeded', 'model_out_of_money'],
  ['project_spend_limit_exceeded', 'model_out_of_money'],
  ['billing_hard_limit_reached', 'model_out_of_money'],
  ['billing_not_active', 'model_out_of_money'],
  ['enforced_spend_limit_reached', 'model_out_of_money'],
  ['exceeded_current_quota_error', 'model_out_of_money'],
  ['BILLING_DISABLED', 'model_out_of_money'],
  ['invalid_api_key', 'model_key_rejected'],
  ['API_KEY_INVALID', 'model_key_rejected'],
  ['slow_down', 'model_overloaded'],
  ['overloaded_error', 'model_overloaded'],
  ['engine_overloaded_error', 'model_overloaded'],
  ['server_is_overloaded', 'model_overloaded'],
  ['server_error', 'model_overloaded'],
  ['rate_limit_exceeded', 'model_rate_limited'],
  ['rate_limit_error', 'model_rate_limited'],
  ['RATE_LIMIT_EXCEEDED', 'model_rate_limited'],
  ['RESOURCE_EXHAUSTED', 'model_rate_limited'],
  ['content_filter', 'model_content_filtered'],
  ['content_policy_violation', 'model_content_filtered'],
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
  const said = readRefusal(refusal.body, nowMs)
  const waitMs = said.google.waitMs ?? retryAfterOf(headers, nowMs) ?? said.words.waitMs
  const limits = readProviderLimits(headers, nowMs)
  const code = codeOf(status, said, waitMs !== undefined)
  return new PipelineError(code, describe(status, said, endpoint) + (hints[code] ?? ''), {
    cause,
    limits,
    ...(code === 'model_rate_limited' && { limitHit: limitHitOf(said, limits, endpoint.baseUrl) }),
    ...(waitMs !== undefined && { retryAfterMs: Math.min(waitMs, WAIT_MS_MAX) }),
  })
}

function describe(status: number, { codes }: ReadRefusal, { baseUrl, model }: Endpoint): string {
  const named = codes.find(one => /^[\w.-]{1,64}$/.test(one))
  return `${baseUrl} answered ${status}${named === undefined ? '' : ` (${named})`} for model ${model}`
}

function codeOf(status: number, said: ReadRefusal, asksToWait: boolean): FailureCode {
  // A server error stays one whatever its body says.
  if (status >= 500) return 'model_overloaded'
  const byBody = bodyCode(status, said)
  if (byBody !== undefined) return byBody
  // API gateways answer a used up quota with 403 and say when it is filled again.
  if (status === 403 && asksToWait) return 'model_rate_limited'
  return codesByStatus.get(status) ?? (status >= 400 ? 'model_request_rejected' : 'model_unreachable')
}

function bodyCode(status: number, { codes, google, words }: ReadRefusal): FailureCode | undefined {
  if (status === 429 && google.isWithoutQuota) return 'model_out_of_money'
  if (status === 429 && words.isHighDemand) return 'model_overloaded'
  const known = codes.find(one => codesByBody.has(one))
  return known === undefined ? undefined : codesByBody.get(known)
}
