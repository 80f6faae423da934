import type { IncomingMessage } from 'node:http'

/** Largest request body, in bytes. */
export const BODY_BYTES_MAX = 8 * 1024 * 1024

/** Hands on a JSON body when it is complete; undefined for one that is over the limit or not JSON. */
export function readBody(request: IncomingMessage, done: (body: unknown) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
    else chunks.length = 0
  })
  request.on('end', () => {
    done(bytes > BODY_BYTES_MAX ? undefined : parse(Buffer.concat(chunks).toString('utf8')))
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
