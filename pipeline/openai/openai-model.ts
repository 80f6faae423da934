import OpenAI, { APIError } from 'openai'
import { Observable } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import { adaptDialect } from './adapt-dialect.ts'
import { classifyFailure } from './classify-failure.ts'
import { dialectOf } from './dialect-of.ts'
import { httpExchange } from './http-exchange.ts'
import { readCompletion } from './read-completion.ts'
import type { AskModel, ModelReply, ModelRequest } from '../../operators/asking/model.ts'
import type { RequestDialect } from './dialect-of.ts'

export interface OpenaiModelOptions {
  readonly baseUrl: string
  /** Undefined for an endpoint that wants none: no authorization is sent then. */
  readonly apiKey: string | undefined
  readonly model: string
  /** From sending the request to the last byte of the answer. */
  readonly timeoutMs: number
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
  const client = createClient(options)
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

/** The client with our own exchange: its deadline is ours, and so is the signal, of which it would make a composed one each time. */
class Client extends OpenAI {
  private readonly exchange = httpExchange()
  private built: ReturnType<OpenAI['buildRequest']> | null = null

  /** All that is asked of one model goes to one address under the same headers: making these took longer than all else. */
  override async buildRequest(...[options, attempt]: Parameters<OpenAI['buildRequest']>) {
    this.built ??= super.buildRequest(options, attempt)
    const { req, url, timeout } = await this.built
    return {
      req: { ...req, signal: options.signal ?? null, body: JSON.stringify(options.body) },
      url,
      timeout,
    }
  }

  override fetchWithTimeout(...[url, init]: Parameters<OpenAI['fetchWithTimeout']>): Promise<Response> {
    return this.exchange(url instanceof Request ? url.url : url, init)
  }
}

function createClient({ baseUrl, apiKey, timeoutMs }: OpenaiModelOptions): OpenAI {
  return new Client({
    baseURL: baseUrl,
    // Everything that the client would otherwise take from the environment and send to whatever endpoint this is.
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    ...(apiKey === undefined && { defaultHeaders: { authorization: null } }),
    logLevel: 'off',
    // The gateway alone repeats; a repetition in here would pass no limit.
    maxRetries: 0,
    timeout: timeoutMs,
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
