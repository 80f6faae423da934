import { createServer } from 'node:http'
import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

export interface ReceivedRequest {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

export interface EndpointServer {
  readonly baseUrl: string
  readonly received: readonly ReceivedRequest[]
  /** Requests whose client went away before the answer was complete. */
  readonly abandoned: () => number
  readonly connections: () => number
  readonly close: () => Promise<void>
}

/** An endpoint on a free port that answers every request with `answer`. */
export async function startEndpoint(
  answer: (response: ServerResponse, request: ReceivedRequest) => void,
): Promise<EndpointServer> {
  const received: ReceivedRequest[] = []
  let abandoned = 0
  let connections = 0
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) abandoned += 1
    })
    void readBody(request).then(body => {
      const entry = { url: request.url ?? '', headers: request.headers, body }
      received.push(entry)
      answer(response, entry)
    })
  })
  server.on('connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    received,
    abandoned: () => abandoned,
    connections: () => connections,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? undefined : JSON.parse(text)
}
