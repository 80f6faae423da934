import { z } from 'zod'
import type { ProviderLimits, QuotaLimitName } from './quota-limits.ts'

/** Every expected failure, with what may be done about it. A code that is not here does not exist. */
const failureKinds = {
  // Records that cannot be processed: they leave by the dead-letter topic.
  event_invalid: { retryable: false },
  event_too_large: { retryable: false },
  schema_unknown: { retryable: false },
  too_many_matches: { retryable: false },
  record_too_large: { retryable: false },
  work_invalid: { retryable: false },
  decision_undecided: { retryable: false },
  delivery_failed: { retryable: false },
  // The model cannot be had now: the window waits.
  model_rate_limited: { retryable: true },
  model_overloaded: { retryable: true },
  model_timeout: { retryable: true },
  model_unreachable: { retryable: true },
  model_key_rejected: { retryable: true },
  model_out_of_money: { retryable: true },
  // Another model is asked in its place: this one is stopped, or its turn did not come in time.
  model_busy: { retryable: true },
  // The answer or the request itself is at fault: the window is undecided.
  model_request_rejected: { retryable: false },
  model_refused: { retryable: false },
  model_content_filtered: { retryable: false },
  answer_truncated: { retryable: false },
  answer_invalid: { retryable: false },
  model_unavailable: { retryable: false },
  // The user's money for the day is spent: what then happens is the rule's `on_budget`.
  budget_spent: { retryable: false },
  // Lanes.
  lane_unavailable: { retryable: true },
  commit_failed: { retryable: true },
  commit_refused: { retryable: false },
  journal_gap: { retryable: false },
  topic_missing: { retryable: false },
  topic_mismatch: { retryable: false },
  // Tables that outlive the process.
  table_unavailable: { retryable: true },
  table_full: { retryable: false },
  // Another one of the same name writes now.
  writer_fenced: { retryable: true },
  // A topic that is looked up.
  log_unavailable: { retryable: true },
  // A process has enough to do beside its lanes.
  tests_busy: { retryable: true },
  // Runs in virtual time.
  backlog_too_large: { retryable: false },
  not_asked: { retryable: false },
  answer_missing: { retryable: false },
  // Commands.
  dead_letters_unavailable: { retryable: false },
  api_unreachable: { retryable: false },
  api_refused: { retryable: false },
  api_failed: { retryable: false },
  rule_changed: { retryable: false },
  recording_failed: { retryable: false },
  // Input of people.
  config_invalid: { retryable: false },
  rules_invalid: { retryable: false },
  recording_invalid: { retryable: false },
  test_too_long: { retryable: false },
} as const

export type FailureCode = keyof typeof failureKinds

/** Whether a text from outside is the code of a failure that waiting does not cure. */
export function isFinalCode(text: string): text is FailureCode {
  return Object.entries(failureKinds).some(([code, { retryable }]) => code === text && !retryable)
}

export interface FailureDetail {
  readonly cause?: unknown
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number
  /** Which limit a `model_rate_limited` is about, where the provider says so. */
  readonly limitHit?: QuotaLimitName | undefined
  /** What the headers of the refusal say of the provider's limits. */
  readonly limits?: ProviderLimits | undefined
  /** Whether it speaks of the provider's load; by default every `model_overloaded` does. */
  readonly overload?: boolean
}

/** The one error class for failures that are expected. Anything else that is thrown is a bug and ends the process. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError'
  readonly code: FailureCode
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly limitHit: QuotaLimitName | undefined
  readonly limits: ProviderLimits | undefined
  /** The provider has too much to do, or does not work: fewer calls at once help, more do harm. */
  readonly overload: boolean

  constructor(code: FailureCode, message: string, detail: FailureDetail = {}) {
    super(message, { cause: detail.cause })
    this.code = code
    this.retryable = failureKinds[code].retryable
    this.retryAfterMs = detail.retryAfterMs
    this.limitHit = detail.limitHit
    this.limits = detail.limits
    this.overload = detail.overload ?? code === 'model_overloaded'
  }
}

/** Why a record is in the dead-letter topic: the values of the header `llmtrigger-reason`. */
export const deadLetterReasonSchema = z.enum([
  'event_invalid',
  'event_too_large',
  'schema_unknown',
  'too_many_matches',
  'record_too_large',
  'work_invalid',
  'decision_undecided',
  'delivery_failed',
])

export type DeadLetterReason = z.infer<typeof deadLetterReasonSchema>
