import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { problemAnswer, type ProblemFacts } from './problem-answer.ts'

const facts: Readonly<Record<string, ProblemFacts>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'timeout',
    detail: 'the request did not come in time: send it whole, and at once',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'headers_too_large',
    detail: 'its address and headers together are larger than is taken here',
  },
}

const malformed: ProblemFacts = { status: 400, code: 'malformed', detail: 'this is no HTTP request' }

/** Answers what is no request, or none in time, with a problem document, and closes the connection. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const { status, type = '', body } = problemAnswer(facts[error.code ?? ''] ?? malformed)
  const text = String(body)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'cache-control: no-store',
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`)
}
