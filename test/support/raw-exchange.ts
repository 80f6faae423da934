import { connect } from 'node:net'

/** Sends bytes as they are, and answers all that came back until the connection was closed; `end` closes our side. */
export async function rawExchange(url: string, bytes: string | Buffer, end = true): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  const { promise, resolve } = Promise.withResolvers<string>()
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')))
  // A server may close while we still write: what it said before counts.
  socket.on('error', () => undefined)
  socket.on('end', () => socket.end())
  socket.on('close', () => resolve(answer))
  if (end) socket.end(bytes)
  else socket.write(bytes)
  return promise
}
