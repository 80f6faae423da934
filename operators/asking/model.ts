import type { Observable } from 'rxjs'
import type { ProviderLimits } from '../../schemas/quota-limits.ts'

export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[]
  /** JSON Schema that the answer must fit, asked for by `json_schema` and checked again here. */
  readonly answerSchema: Readonly<Record<string, unknown>>
  readonly outputTokensMax: number
  /** Hashes what is asked, without the model that is asked: for those who know answers. Absent where no window asks. */
  readonly contentHash?: () => string
}

export interface ModelReply {
  readonly text: string
  /**
   * `length`: the answer was cut. `refusal` and `content_filter`: the provider would not answer. `unasked`: nobody was asked, the
   * text says why, and the tokens are what it would have taken.
   */
  readonly finish: 'stop' | 'length' | 'refusal' | 'content_filter' | 'unasked'
  /** `cached`: so many of the input came from the provider's cache, which is cheaper. Absent where it does not say. */
  readonly tokens: { readonly input: number; readonly output: number; readonly cached?: number }
  /** What the provider says of its limits; absent where it says nothing. */
  readonly limits?: ProviderLimits
}

/**
 * One request to one model; no retries of its own.
 *
 * Shape:  emits one reply and completes.
 * Time:   as long as the model takes; bounded by the adapter's timeout.
 * State:  none. Unsubscribing aborts the request.
 * Errors: PipelineError with a `model_*` code; anything else is a bug.
 */
export type AskModel = (request: ModelRequest) => Observable<ModelReply>
