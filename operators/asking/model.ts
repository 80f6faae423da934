import type { Observable } from 'rxjs'
import type { FailureCode } from '../../schemas/failure.ts'
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
  /** `length`: the answer was cut. `refusal` and `content_filter`: the provider would not answer. */
  readonly finish: 'stop' | 'length' | 'refusal' | 'content_filter'
  /** `cached`: so many of the input came from the provider's cache, which is cheaper. Absent where it does not say. */
  readonly tokens: { readonly input: number; readonly output: number; readonly cached?: number }
  /** What the provider says of its limits; absent where it says nothing. */
  readonly limits?: ProviderLimits
  /** How long it waited at a `PlacedModel` for its place, in milliseconds; absent elsewhere. */
  readonly heldMs?: number
  /** There is no verdict, and asking again would not bring one: nobody was asked, or this is what came of it before. */
  readonly failure?: ReplyFailure
}

export interface ReplyFailure {
  readonly code: FailureCode
  readonly message: string
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

/** A model that may be handed calls before there is a place for them. */
export interface PlacedModel {
  readonly ask: AskModel
  /** From now on so many calls are made at once, and the others wait until one has ended. Null: no bound. */
  readonly keepTo: (places: number | null) => void
}
