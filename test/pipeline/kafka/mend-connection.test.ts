import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import Encoder from 'kafkajs/src/protocol/encoder.js'
import Connection, { type Exchanged } from 'kafkajs/src/network/connection.js'
import { afterEach, expect, test } from 'vitest'
import { kafkaClient } from '../../../pipeline/kafka/kafka-client.ts'
import { configSchema } from '../../../schemas/config.ts'

const config = configSchema.shape.kafka.parse({ brokers: ['127.0.0.1:1'] })
// Making a client mends the library.
const logger = kafkaClient(config, 'producer').logger()

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A broker that answers each request as it is told, with `answer` bytes behind the request's number. */
async function brokerThat(respond: (socket: Socket, whole: Buffer, connections: number) => void) {
  let connections = 0
  const sockets: Socket[] = []
  const server = createServer(socket => {
    const number = ++connections
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', request => {
      const answer = Buffer.alloc(4 + 4 + 8)
      answer.writeInt32BE(12)
      request.copy(answer, 4, 8, 12)
      answer.write('answered', 8)
      respond(socket, answer, number)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const connection = new Connection({
    host: '127.0.0.1',
    port,
    logger,
    socketFactory: ({ host, port: to, onConnect }) => connect({ host, port: to }, onConnect),
    requestTimeout: 2000,
    connectionTimeout: 1000,
  })
  closing.push(() => void connection.disconnect())
  return { connection, connections: () => connections }
}

const question: Exchanged<string> = {
  request: {
    apiKey: 18,
    apiName: 'ApiVersions',
    apiVersion: 0,
    encode: () => Promise.resolve(new Encoder()),
  },
  response: {
    decode: payload => Promise.resolve(payload.toString()),
    parse: decoded => Promise.resolve(decoded),
  },
}

test('begins anew after a connection that closed in the middle of an answer', async () => {
  const { connection } = await brokerThat((socket, answer, number) => {
    if (number === 1) socket.end(answer.subarray(0, 7))
    else socket.write(answer)
  })
  await connection.connect()
  await expect(connection.send(question)).rejects.toThrow('Closed connection')
  await connection.connect()
  expect(await connection.send(question)).toBe('answered')
})

test('makes one connection for all who wait for it', async () => {
  const { connection, connections } = await brokerThat((socket, answer) => socket.write(answer))
  await Promise.all([connection.connect(), connection.connect(), connection.connect()])
  expect(await connection.send(question)).toBe('answered')
  expect(connections()).toBe(1)
})
