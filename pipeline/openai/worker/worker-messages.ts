import type { ModelReply, ModelRequest } from '../../../operators/asking/model.ts'
import { type FailureDetail, PipelineError } from '../../../schemas/failure.ts'
import type { FailureCode } from '../../../schemas/failure.ts'
import type { OpenaiModelOptions } from '../openai-model.ts'

/** What the thread of the calls is told. Models and calls are numbered by whoever asks. */
export type ToWorker =
  | { readonly kind: 'model'; readonly model: number; readonly options: OpenaiModelOptions }
  | { readonly kind: 'ask'; readonly call: number; readonly model: number; readonly request: ModelRequest }
  | { readonly kind: 'abandon'; readonly call: number }

/** How a call ended. */
export type FromWorker =
  | { readonly call: number; readonly reply: ModelReply }
  | { readonly call: number; readonly failure: SentFailure }

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
