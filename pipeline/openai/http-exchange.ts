import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { urlToHttpOptions } from 'node:url'

/** An answer that is longer is cut here: whoever reads it sees that it is too long. */
export const REPLY_BYTES_MAX = 4 * 1024 * 1024

/** Where all requests go, and under which headers. */
export interface ExchangeTarget {
  readonly url: URL
  readonly headers: Headers
}

/** Posts a body and reads the whole answer. */
export type Exchange = (body: string, signal?: AbortSignal | null) => Promise<Response>

/**
 * Requests to one address over Node's own HTTP client, with one kept connection for each call in flight.
 *
 * With a hundred calls at once a model's calls are bound by this process: the built-in fetch took about a third of the CPU
 * of a call, and it gives up after 300 s without headers, whatever the caller allows. Redirects are not followed.
 */
export function httpExchange({ url, headers }: ExchangeTarget): Exchange {
  const secure = url.protocol === 'https:'
  const send = secure ? httpsRequest : httpRequest
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  const options = { ...urlToHttpOptions(url), method: 'POST', headers: Object.fromEntries(headers), agent }
  return (body, signal) =>
    new Promise((resolve, reject) => {
      const request = send(options)
      // As an option it would be watched as a stream's signal is, which costs more than all else here.
      const abort = () => request.destroy(new DOMException('the request was aborted', 'AbortError'))
      signal?.addEventListener('abort', abort)
      if (signal?.aborted === true) abort()
      request.on('error', reject)
      request.on('response', message => {
        readBody(message)
          .then(read => responseOf(message, read))
          .then(resolve, reject)
      })
      request.end(body)
    })
}

function readBody(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const finish = () => {
      resolve(Buffer.concat(chunks))
    }
    message.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes <= REPLY_BYTES_MAX) return
      finish()
      message.destroy()
    })
    message.on('end', finish)
    message.on('error', reject)
    message.on('close', () => {
      if (!message.complete) reject(new Error('the connection closed in the middle of the answer'))
    })
  })
}

/** A response whose body has been read: without the stream that the built-in one makes of it. */
class ReadResponse extends Response {
  override readonly text: () => Promise<string>

  constructor(body: Buffer, init: ResponseInit) {
    super(null, init)
    this.text = () => Promise.resolve(body.toString())
  }
}

function responseOf({ statusCode = 502, headers }: IncomingMessage, body: Buffer): Response {
  const copied = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  return new ReadResponse(body, { status: statusCode, headers: copied })
}
