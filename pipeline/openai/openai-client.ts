import OpenAI, { APIConnectionError, APIError, APIPromise } from 'openai'
import { httpExchange, type Exchange } from './http-exchange.ts'

export interface OpenaiClientOptions {
  readonly baseUrl: string
  /** Undefined for an endpoint that wants none: no authorization is sent then. */
  readonly apiKey: string | undefined
  readonly timeoutMs: number
}

/** The client of one model. It sends each request once: whoever calls it repeats, and has a deadline of its own. */
export function openaiClient({ baseUrl, apiKey, timeoutMs }: OpenaiClientOptions): OpenAI {
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

type RequestOptions = Parameters<OpenAI['request']>[0]

/**
 * The package's client with our own exchange in place of its loop of attempts.
 *
 * That loop writes log lines also where nobody reads them, with two URLs and two copies of all headers for each request, has a
 * deadline of its own, and composes signals: it took a third of what a call takes of this process.
 */
class Client extends OpenAI {
  private exchange: Promise<Exchange> | null = null
  // The type of an answer names one; the body has been read, so that there is nothing to stop.
  private readonly unused = new AbortController()

  override request<Answer>(options: RequestOptions): APIPromise<Answer> {
    return new APIPromise(this, this.respond(options))
  }

  private async respond(given: RequestOptions) {
    const options = await given
    // All that is asked of one model goes to one address under the same headers.
    this.exchange ??= this.connect(options)
    const exchange = await this.exchange
    const response = await exchange(JSON.stringify(options.body), options.signal).catch((cause: unknown) => {
      throw new APIConnectionError({ cause: asError(cause) })
    })
    if (!response.ok) throw await this.refusal(response)
    return {
      response,
      options,
      controller: this.unused,
      requestLogID: '',
      retryOfRequestLogID: undefined,
      startTime: 0,
    }
  }

  private async connect(options: Awaited<RequestOptions>): Promise<Exchange> {
    const { req, url } = await this.buildRequest(options)
    return httpExchange({ url: new URL(url), headers: req.headers })
  }

  private async refusal(response: Response): Promise<APIError> {
    const { status, headers } = response
    const text = await response.text()
    const body = parsed(text)
    return body === undefined
      ? APIError.generate(status, undefined, text, headers)
      : this.makeStatusError(status, body, undefined, headers)
  }
}

function parsed(text: string): object | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? body : undefined
  } catch {
    return undefined
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error('the exchange failed', { cause })
}
