import type { ModelReply, ModelRequest } from '../../../operators/asking/model.ts'
import type { OpenaiModelOptions } from '../openai-model.ts'
import type { SentFailure } from './sent-failure.ts'

/** What the thread of the calls is told. Models and calls are numbered by whoever asks. */
export type ToWorker =
  | { readonly kind: 'model'; readonly model: number; readonly options: OpenaiModelOptions }
  | { readonly kind: 'places'; readonly model: number; readonly places: number | null }
  | { readonly kind: 'ask'; readonly call: number; readonly model: number; readonly request: SentRequest }
  | { readonly kind: 'abandon'; readonly call: number }

/** A request as it crosses to another thread, which functions cannot. */
type SentRequest = Omit<ModelRequest, 'contentHash'>

/** How a call ended. */
export type FromWorker =
  | { readonly call: number; readonly reply: ModelReply }
  | { readonly call: number; readonly failure: SentFailure }
