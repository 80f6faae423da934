import { APIError, type OpenAI } from 'openai'
import { Observable } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import { adaptDialect } from './adapt-dialect.ts'
import { classifyFailure } from './classify-failure.ts'
import { dialectOf } from './dialect-of.ts'
import { openaiClient, type OpenaiClientOptions } from './openai-client.ts'
import { readCompletion } from './read-completion.ts'
import type { AskModel, ModelReply, ModelRequest } from '../../operators/asking/model.ts'
import type { RequestDialect } from './dialect-of.ts'

export interface OpenaiModelOptions extends OpenaiClientOptions {
  readonly model: string
}

/**
 * A model behind any OpenAI-compatible endpoint.
 *
 * Connections are kept alive, one for each call in flight, without a limit of their own, so that only the gateway's
 * concurrency bounds them.
 *
 * Shape:  as `AskModel`: one request for each subscription.
 * State:  what the endpoint has refused to understand (`temperature`, `json_schema`, the name of the output limit) is
 *         left out from then on; the request that found out fails as `model_overloaded` and may be sent again.
 */
export function openaiModel(options: OpenaiModelOptions): AskModel {
  const { baseUrl, model, timeoutMs } = options
  const client = openaiClient(options)
  let dialect = dialectOf(baseUrl)

  const send = async (request: ModelRequest, signal: AbortSignal): Promise<ModelReply> => {
    const used = dialect
    try {
      const response = await client.chat.completions
        .create(requestBody(model, request, used), { signal })
        .asResponse()
      return await readCompletion(response, options, Date.now())
    } catch (error) {
      const adapted = error instanceof APIError ? adaptDialect(used, error) : undefined
      if (adapted === undefined) throw classifyFailure(error, options, Date.now()) ?? error
      if (dialect === used) dialect = adapted
      throw new PipelineError(
        'model_overloaded',
        `${model} at ${baseUrl} does not take a parameter: left out from now on`,
        // Nothing to do with load: the next request is understood.
        { cause: error, overload: false },
      )
    }
  }

  return request =>
    new Observable<ModelReply>(subscriber => {
      const controller = new AbortController()
      let ended = false
      send(request, controller.signal).then(
        reply => {
          ended = true
          subscriber.next(reply)
          subscriber.complete()
        },
        (error: unknown) => {
          ended = true
          // An abort after unsubscribing arrives here too and reaches nobody: the subscriber is closed by then.
          subscriber.error(error)
        },
      )
      const deadline = setTimeout(() => {
        subscriber.error(outOfTime(options))
      }, timeoutMs)
      return () => {
        clearTimeout(deadline)
        // An abort makes an error with a stack, also where nothing is left to abort.
        if (!ended) controller.abort()
      }
    })
}

function requestBody(
  model: string,
  { messages, answerSchema, outputTokensMax }: ModelRequest,
  { outputLimit, responseFormat, temperature }: RequestDialect,
): OpenAI.ChatCompletionCreateParamsNonStreaming {
  return {
    model,
    messages: [...messages],
    [outputLimit]: outputTokensMax,
    ...(temperature && { temperature: 0 }),
    response_format:
      responseFormat === 'json_object'
        ? { type: 'json_object' }
        : { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: answerSchema } },
  }
}

function outOfTime({ baseUrl, model, timeoutMs }: OpenaiModelOptions): PipelineError {
  return new PipelineError(
    'model_timeout',
    `${model} at ${baseUrl} gave no complete answer within ${timeoutMs} ms`,
  )
}
