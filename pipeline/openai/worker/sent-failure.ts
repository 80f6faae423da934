import type { FailureCode, FailureDetail, PipelineError } from '../../../schemas/failure.ts'

/** A `PipelineError` as it crosses to another thread, where classes are lost. */
export interface SentFailure {
  readonly code: FailureCode
  readonly message: string
  readonly detail: FailureDetail
}

/** Takes a failure apart. Of its cause the words are left, since it may hold what cannot be copied. */
export function sentFailure(error: PipelineError): SentFailure {
  const { code, message, retryAfterMs, limitHit, limits, overload, cause } = error
  const words = cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined
  return {
    code,
    message,
    detail: {
      limitHit,
      limits,
      overload,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(words !== undefined && { cause: words }),
    },
  }
}
